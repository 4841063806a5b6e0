"""Money out and in, as Kraken does it: out to addresses that were named beforehand, with no id of the client's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.movement import Deposit, DepositState, Network, Withdrawal, WithdrawalState
from allornone.testexchange.engine.moving import Leaving
from allornone.testexchange.engine.rejection import Reason, RejectedError
from allornone.testexchange.kraken.errors import (
    INSUFFICIENT_TO_WITHDRAW,
    INVALID_AMOUNT_TO_WITHDRAW,
    INVALID_WITHDRAW_ADDRESS,
    NO_FUNDING_METHOD,
    UNKNOWN_ASSET,
    UNKNOWN_REFERENCE,
    UNKNOWN_WITHDRAW_KEY,
    KrakenError,
    word_of,
)
from allornone.testexchange.kraken.forms import fixed
from allornone.testexchange.kraken.names import asset_id, asset_of, numbered, reference
from allornone.testexchange.kraken.params import Params

WALLET = "spot"
_OUT, _IN = "A", "Q"
_PLACES = 10
_METHODS = {
    ("BTC", "Bitcoin"): "Bitcoin",
    ("ETH", "Ethereum"): "Ether (Hex)",
    ("USDC", "Ethereum"): "USDC",
    ("USDT", "Ethereum"): "Tether USD (ERC20)",
}
_STATUS = {
    WithdrawalState.APPROVAL: "Initial",
    WithdrawalState.PROCESSING: "Pending",
    WithdrawalState.COMPLETED: "Success",
    WithdrawalState.FAILED: "Failure",
    WithdrawalState.CANCELED: "Failure",
}
_WORDS = {
    Reason.AMOUNT: INVALID_AMOUNT_TO_WITHDRAW,
    Reason.STEP: INVALID_AMOUNT_TO_WITHDRAW,
    Reason.INSUFFICIENT: INSUFFICIENT_TO_WITHDRAW,
    Reason.HALTED: NO_FUNDING_METHOD,
    Reason.UNKNOWN_ASSET: UNKNOWN_ASSET,
    Reason.ADDRESS: INVALID_WITHDRAW_ADDRESS,
}


def refused(reason: Reason) -> str:
    """Return Kraken's word for a withdrawal that it turns down."""
    return _WORDS.get(reason) or word_of(reason)


@dataclass(frozen=True, slots=True)
class Named:
    """An address that an account gave a name, for one asset over one network."""

    name: str
    account: str
    asset: str
    network: str
    address: str


class Funding:
    """Answers calls about withdrawals and deposits. `named` may grow while it runs."""

    def __init__(self, engine: Engine, named: list[Named]) -> None:
        self._engine = engine
        self._named = named

    def withdraw(self, account: str, params: Params) -> object:
        """Send an amount, its fee in it, to a named address. An address given beside the name has to be that one."""
        named = self._entry(account, params)
        if (params.given("address") or named.address) != named.address:
            raise KrakenError(INVALID_WITHDRAW_ADDRESS)
        leaving = Leaving(account, WALLET, named.asset, params.number("amount"), named.address, named.network)
        try:
            withdrawal = self._engine.moving.withdraw(leaving)
        except RejectedError as error:
            raise KrakenError(_WORDS.get(error.reason, NO_FUNDING_METHOD)) from None
        return {"refid": reference(_OUT, withdrawal.withdrawal_id)}

    def withdraw_info(self, account: str, params: Params) -> object:
        """Tell what would arrive."""
        named, amount = self._entry(account, params), params.number("amount")
        network = self._engine.moving.network(named.asset, named.network)
        return {
            "method": method_of(network),
            "limit": fixed(network.maximum, _PLACES),
            "amount": fixed(max(Decimal(0), amount - network.fee), _PLACES),
            "fee": fixed(network.fee, _PLACES),
        }

    def withdraw_addresses(self, account: str, params: Params) -> object:
        """Tell the named addresses."""
        wanted = params.given("asset")
        return [
            {
                "address": named.address,
                "asset": asset_id(named.asset),
                "method": method_of(self._engine.moving.network(named.asset, named.network)),
                "key": named.name,
                "verified": True,
            }
            for named in self._named
            if named.account == account and (wanted is None or asset_of(wanted) == named.asset)
        ]

    def withdraw_methods(self, account: str, params: Params) -> object:
        """Tell over which networks an asset leaves, and the least amount of each."""
        del account
        return [
            {
                "asset": asset_id(network.asset),
                "method": method_of(network),
                "network": network.name,
                "minimum": fixed(network.minimum, _PLACES),
            }
            for network in self._networks(params)
        ]

    def withdrawals(self, account: str, params: Params) -> object:
        """Tell withdrawals, newest first."""
        start, end = params.moment("start"), params.moment("end")
        return [
            self._out(row)
            for row in reversed(self._engine.reading.withdrawals(account))
            if self._asked(row.asset, params) and _between(row.applied_ms, start, end)
        ]

    def cancel(self, account: str, params: Params) -> object:
        """Take back what has not left yet."""
        number = numbered(_OUT, params.text("refid"))
        for row in self._engine.books.withdrawals.values():
            if (row.account, row.withdrawal_id) == (account, number) and row.open:
                self._engine.moving.end_withdrawal(row, WithdrawalState.CANCELED)
                return True
        raise KrakenError(UNKNOWN_REFERENCE)

    def deposit_methods(self, account: str, params: Params) -> object:
        """Tell over which networks an asset comes."""
        del account
        return [
            {"method": method_of(network), "limit": False, "fee": fixed(Decimal(0), _PLACES), "gen-address": True}
            for network in self._networks(params)
        ]

    def deposit_addresses(self, account: str, params: Params) -> object:
        """Tell where deposits of an asset go to."""
        asset, wanted = asset_of(params.text("asset")), params.text("method")
        for network in self._networks(params):
            if method_of(network) == wanted:
                address = self._engine.moving.address(account, asset, network.name)
                return [{"address": address, "expiretm": "0", "new": True}]
        raise KrakenError(NO_FUNDING_METHOD)

    def deposits(self, account: str, params: Params) -> object:
        """Tell deposits, newest first."""
        start, end = params.moment("start"), params.moment("end")
        return [
            self._in(row)
            for row in reversed(self._engine.reading.deposits(account))
            if self._asked(row.asset, params) and _between(row.seen_ms, start, end)
        ]

    def _entry(self, account: str, params: Params) -> Named:
        key, asset = params.text("key"), asset_of(params.text("asset"))
        for named in self._named:
            if (named.account, named.name, named.asset) == (account, key, asset):
                return named
        raise KrakenError(UNKNOWN_WITHDRAW_KEY)

    def _networks(self, params: Params) -> Iterator[Network]:
        asset = params.given("asset")
        return (
            network
            for network in self._engine.moving.networks
            if network.open and (asset is None or network.asset == asset_of(asset))
        )

    @staticmethod
    def _asked(asset: str, params: Params) -> bool:
        wanted = params.given("asset")
        return wanted is None or asset_of(wanted) == asset

    def _out(self, row: Withdrawal) -> Mapping[str, Any]:
        keys = [named.name for named in self._named if (named.asset, named.address) == (row.asset, row.address)]
        held_back = {"status-prop": "onhold"} if row.state is WithdrawalState.APPROVAL else {}
        cancelled = {"status-prop": "canceled"} if row.state is WithdrawalState.CANCELED else {}
        return {
            "method": method_of(self._engine.moving.network(row.asset, row.network)),
            "aclass": "currency",
            "asset": asset_id(row.asset),
            "refid": reference(_OUT, row.withdrawal_id),
            "txid": row.tx_id,
            "info": row.address,
            "amount": fixed(row.amount - row.fee, _PLACES),
            "fee": fixed(row.fee, _PLACES),
            "time": row.applied_ms // 1000,
            "status": _STATUS[row.state],
            "key": keys[0] if keys else "",
            "network": row.network,
            **held_back,
            **cancelled,
        }

    def _in(self, row: Deposit) -> Mapping[str, Any]:
        return {
            "method": method_of(self._engine.moving.network(row.asset, row.network)),
            "aclass": "currency",
            "asset": asset_id(row.asset),
            "refid": reference(_IN, row.deposit_id),
            "txid": row.tx_id,
            "info": row.address,
            "amount": fixed(row.amount, _PLACES),
            "fee": fixed(Decimal(0), _PLACES),
            "time": row.seen_ms // 1000,
            "status": "Success" if row.state is DepositState.CREDITED else "Pending",
        }


def method_of(network: Network) -> str:
    """Return what Kraken calls a way for an asset to leave and to come."""
    return _METHODS.get((network.asset, network.name), f"{network.asset} ({network.name})")


def _between(at_ms: int, start: float | None, end: float | None) -> bool:
    return (start is None or at_ms / 1000 > start) and (end is None or at_ms / 1000 <= end)
