"""Kraken's spot HTTP: which path is what, who may call it, and the envelope of every answer."""

from collections.abc import Callable, Iterable
from typing import Any

from allornone.testexchange.door import Answer, Call, Kind, Told, Trouble
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.rejection import Reason, RejectedError
from allornone.testexchange.keys import Keys
from allornone.testexchange.kraken import account, market_data, orders
from allornone.testexchange.kraken.errors import UNKNOWN_METHOD, KrakenError, answered, troubled, word_of
from allornone.testexchange.kraken.funding import Funding, Named, refused
from allornone.testexchange.kraken.keyring import Keyring
from allornone.testexchange.kraken.params import Params

HOST = "api.kraken.com"
_PUBLIC = "/0/public/"
_PRIVATE = "/0/private/"

_Act = Callable[[Engine, str, Params], Any]

_ANYBODY: dict[str, Callable[[Engine, Params], Any]] = {
    "Time": lambda engine, _: market_data.time(engine),
    "SystemStatus": lambda engine, _: market_data.status(engine),
    "Assets": lambda engine, _: market_data.assets(engine),
    "AssetPairs": lambda engine, params: market_data.pairs(engine, params.given("pair")),
    "Ticker": lambda engine, params: market_data.ticker(engine, params.given("pair")),
    "Depth": lambda engine, params: market_data.depth(engine, params.text("pair")),
}
_Holder = dict[str, tuple[Kind, str, _Act]]
_HOLDER: _Holder = {
    "AddOrder": (Kind.ORDER, "trade", orders.add),
    "CancelOrder": (Kind.CANCEL, "trade", orders.cancelled),
    "OpenOrders": (Kind.QUERY, "read", orders.opened),
    "ClosedOrders": (Kind.QUERY, "read", orders.closed),
    "QueryOrders": (Kind.QUERY, "read", orders.queried),
    "TradesHistory": (Kind.TRADES, "read", account.trades_history),
    "QueryTrades": (Kind.TRADES, "read", account.trades_queried),
    "Balance": (Kind.BALANCE, "read", lambda engine, holder, _: account.balance(engine, holder)),
    "BalanceEx": (Kind.BALANCE, "read", lambda engine, holder, _: account.balance_ex(engine, holder)),
}


_KEY_INFO = "GetApiKeyInfo"
"""Needs a key and no permission."""


class KrakenDoor:
    """Kraken over an engine whose fees are in quote."""

    name = "kraken"
    hosts = frozenset({HOST})

    def __init__(self, engine: Engine, keys: Keys, named: Iterable[Named] = ()) -> None:
        self.engine = engine
        self.keys = keys
        self.named = list(named)
        """The addresses that accounts gave a name; may grow while it runs."""
        self._keyring = Keyring(keys)
        self._holder = _HOLDER | _funding(Funding(engine, self.named))

    def tell(self, call: Call) -> Told:
        """Return what the call is."""
        kind = self._holder[_method(call)][0] if _method(call) in self._holder else Kind.OTHER
        if call.path.startswith(_PUBLIC):
            kind = Kind.MARKET
        params = call.params
        return Told(kind, self._keyring.holder(call), params.get("cl_ord_id"), params.get("pair"))

    def serve(self, call: Call) -> Answer:
        """Do the call. What is turned down is 200 with a word, as Kraken has it."""
        try:
            return Answer(200, {"error": [], "result": self._result(call)})
        except KrakenError as error:
            return answered(error.word)
        except RejectedError as error:
            return answered(word_of(error.reason))

    def refuse(self, call: Call, reason: Reason) -> Answer:
        """Return Kraken's word for a rejection."""
        return answered(refused(reason) if _method(call) == "Withdraw" else word_of(reason))

    def trouble(self, call: Call, trouble: Trouble, retry_s: int) -> Answer:
        """Return Kraken's word for a trouble of its own; it never says when to come back."""
        del call, retry_s
        return troubled(trouble)

    def _result(self, call: Call) -> object:
        params, method = Params(call.params), _method(call)
        if call.path.startswith(_PUBLIC) and method in _ANYBODY:
            return _ANYBODY[method](self.engine, params)
        if call.path == f"{_PRIVATE}{_KEY_INFO}" and call.method == "POST":
            return account.key_info(self._keyring.known(call))
        if call.path.startswith(_PRIVATE) and method in self._holder and call.method == "POST":
            _, permission, act = self._holder[method]
            return act(self.engine, self._keyring.account(call, permission), params)
        raise KrakenError(UNKNOWN_METHOD)


def _funding(funding: Funding) -> _Holder:
    calls: dict[str, tuple[Kind, str, Callable[[str, Params], object]]] = {
        "Withdraw": (Kind.WITHDRAW, "withdraw", funding.withdraw),
        "WithdrawCancel": (Kind.CANCEL, "withdraw", funding.cancel),
        "WithdrawInfo": (Kind.OTHER, "read", funding.withdraw_info),
        "WithdrawMethods": (Kind.OTHER, "read", funding.withdraw_methods),
        "WithdrawAddresses": (Kind.OTHER, "read", funding.withdraw_addresses),
        "WithdrawStatus": (Kind.WITHDRAWALS, "read", funding.withdrawals),
        "DepositMethods": (Kind.OTHER, "read", funding.deposit_methods),
        "DepositAddresses": (Kind.OTHER, "read", funding.deposit_addresses),
        "DepositStatus": (Kind.DEPOSITS, "read", funding.deposits),
    }
    return {name: (kind, needs, _alone(act)) for name, (kind, needs, act) in calls.items()}


def _alone(act: Callable[[str, Params], object]) -> _Act:
    return lambda _, account, params: act(account, params)


def _method(call: Call) -> str:
    return call.path.rpartition("/")[2]
