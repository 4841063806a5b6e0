"""Coinbase's HTTP: which path is what, and who may call it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allornone.testexchange.coinbase import accounts, market_data, orders, sends
from allornone.testexchange.coinbase.problem import (
    ProblemError,
    brokerage,
    order_failure,
    troubled,
    unauthorised,
)
from allornone.testexchange.coinbase.request import Request, read
from allornone.testexchange.coinbase.token import Tokens
from allornone.testexchange.door import Answer, Call, Kind, Told, Trouble
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.rejection import Reason
from allornone.testexchange.keys import Keys

HOST = "api.coinbase.com"
_BROKERAGE = "/api/v3/brokerage"


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """What a path does, what it is about, and what a key needs for it; no permission: it is public."""

    serve: Callable[[Engine, Request], Any]
    kind: Kind
    permission: str | None = None


_ENDPOINTS = {
    ("GET", f"{_BROKERAGE}/time"): _Endpoint(market_data.brokerage_time, Kind.MARKET),
    ("GET", f"{_BROKERAGE}/market/products"): _Endpoint(market_data.products, Kind.MARKET),
    ("GET", f"{_BROKERAGE}/market/product_book"): _Endpoint(market_data.product_book, Kind.MARKET),
    ("GET", f"{_BROKERAGE}/product_book"): _Endpoint(market_data.product_book, Kind.MARKET, "read"),
    ("GET", f"{_BROKERAGE}/products"): _Endpoint(market_data.products, Kind.MARKET, "read"),
    ("GET", f"{_BROKERAGE}/best_bid_ask"): _Endpoint(market_data.book, Kind.MARKET, "read"),
    ("GET", f"{_BROKERAGE}/transaction_summary"): _Endpoint(market_data.fees, Kind.MARKET, "read"),
    ("GET", f"{_BROKERAGE}/accounts"): _Endpoint(accounts.brokerage_accounts, Kind.BALANCE, "read"),
    ("POST", f"{_BROKERAGE}/orders"): _Endpoint(orders.create, Kind.ORDER, "trade"),
    ("POST", f"{_BROKERAGE}/orders/batch_cancel"): _Endpoint(orders.cancel, Kind.CANCEL, "trade"),
    ("GET", f"{_BROKERAGE}/orders/historical/batch"): _Endpoint(orders.batch, Kind.QUERY, "read"),
    ("GET", f"{_BROKERAGE}/orders/historical/fills"): _Endpoint(orders.fills, Kind.TRADES, "read"),
    ("GET", f"{_BROKERAGE}/orders/historical/*"): _Endpoint(orders.one, Kind.QUERY, "read"),
    ("GET", "/v2/time"): _Endpoint(market_data.time, Kind.MARKET),
    ("GET", "/v2/currencies"): _Endpoint(market_data.fiat, Kind.MARKET),
    ("GET", "/v2/currencies/crypto"): _Endpoint(market_data.crypto, Kind.MARKET),
    ("GET", "/v2/exchange-rates"): _Endpoint(market_data.rates, Kind.MARKET),
    ("GET", "/v2/accounts"): _Endpoint(accounts.accounts, Kind.BALANCE, "read"),
    ("POST", "/v2/accounts/*/transactions"): _Endpoint(sends.send, Kind.WITHDRAW, "withdraw"),
    ("GET", "/v2/accounts/*/transactions"): _Endpoint(sends.transactions, Kind.WITHDRAWALS, "read"),
    ("GET", "/v2/accounts/*/transactions/*"): _Endpoint(sends.transaction, Kind.WITHDRAWALS, "read"),
    ("GET", "/v2/accounts/*/addresses"): _Endpoint(sends.addresses, Kind.OTHER, "read"),
    ("GET", "/v2/accounts/*/addresses/*/transactions"): _Endpoint(sends.received, Kind.DEPOSITS, "read"),
    ("POST", "/v2/accounts/*/addresses"): _Endpoint(sends.new_address, Kind.OTHER, "read"),
}


_KEY_PERMISSIONS = ("GET", f"{_BROKERAGE}/key_permissions")
"""Needs a key and no permission."""


class CoinbaseDoor:
    """Coinbase over an engine whose fees are in quote."""

    name = "coinbase"
    hosts = frozenset({HOST})

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self.engine = engine
        self.keys = keys
        self._tokens = Tokens(keys, engine.now)

    def tell(self, call: Call) -> Told:
        """Return what the call is."""
        endpoint, path = _found(call)
        try:
            body = read(call, "", path).body
        except ProblemError:
            body = {}
        names = (body.get("client_order_id") or body.get("idem"), body.get("product_id"))
        own, product = (text if isinstance(text, str) else None for text in names)
        return Told(Kind.OTHER if endpoint is None else endpoint.kind, self._tokens.holder(call), own, product)

    def serve(self, call: Call) -> Answer:
        """Check the call and do it."""
        endpoint, path = _found(call)
        try:
            if (call.method, call.path) == _KEY_PERMISSIONS:
                return Answer(200, accounts.key_permissions(self._tokens.known(call)))
            if endpoint is None:
                raise brokerage(404, "NOT_FOUND", f"the test exchange does not serve {call.method} {call.path}")
            needed = endpoint.permission
            account = "" if needed is None else self._tokens.account(call, needed)
            return Answer(200, endpoint.serve(self.engine, read(call, account, path)))
        except ProblemError as problem:
            return problem.answer

    def refuse(self, call: Call, reason: Reason) -> Answer:
        """Return how Coinbase words a rejection: of an order, a 200 that failed."""
        if reason in (Reason.BAD_KEY, Reason.OUTSIDE_WINDOW):
            return unauthorised().answer
        if reason is Reason.NO_PERMISSION:
            return brokerage(403, "PERMISSION_DENIED", "Missing required scopes").answer
        if call.path.startswith("/v2/"):
            return sends.refused(reason).answer
        return Answer(200, order_failure(reason, reason.value, {}))

    def trouble(self, call: Call, trouble: Trouble, retry_s: int) -> Answer:
        """Return how Coinbase words a trouble of its own."""
        return troubled(call.path, trouble, retry_s)


def _found(call: Call) -> tuple[_Endpoint | None, tuple[str, ...]]:
    """Return the endpoint of a call and the names in its path: a name stands where the table has a star."""
    exact = _ENDPOINTS.get((call.method, call.path))
    if exact is not None:
        return exact, ()
    parts = call.path.split("/")
    for (method, pattern), endpoint in _ENDPOINTS.items():
        wanted = pattern.split("/")
        if method == call.method and "*" in wanted and len(wanted) == len(parts):
            pairs = list(zip(wanted, parts, strict=True))
            if all(want in ("*", part) for want, part in pairs):
                return endpoint, tuple(part for want, part in pairs if want == "*")
    return None, ()
