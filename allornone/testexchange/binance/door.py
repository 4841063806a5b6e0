"""Binance's door: its hosts, its endpoints, and what each of them needs."""

from dataclasses import replace

from allornone.testexchange.binance.endpoints import Endpoint, every_endpoint
from allornone.testexchange.binance.limits import Limits, Meter, WalletMeters
from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.problem import API_HOST, USDM_HOST, ProblemError, refused, troubled
from allornone.testexchange.binance.signing import Signatures
from allornone.testexchange.binance.usdm import PERPETUAL
from allornone.testexchange.door import Answer, Call, Kind, Told, Trouble
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.rejection import Reason, RejectedError
from allornone.testexchange.keys import Keys

COINM_HOST = "dapi.binance.com"


class BinanceDoor:
    """Serves Binance's HTTP over an engine."""

    name = "binance"
    hosts = frozenset({API_HOST, USDM_HOST, COINM_HOST})

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self.engine = engine
        self.keys = keys
        self.limits = {
            API_HOST: Limits(weight_1m=6_000, orders_10s=100),
            USDM_HOST: Limits(weight_1m=2_400, orders_10s=300),
            COINM_HOST: Limits(weight_1m=2_400, orders_10s=300),
        }
        """By host; may be changed while it runs."""
        self._signatures = Signatures(keys, engine.now)
        self._meters = {host: Meter(limits, engine.now) for host, limits in self.limits.items()}
        self._wallet_meters = WalletMeters(engine.now)
        self._endpoints = every_endpoint(engine, self.limits)

    def tell(self, call: Call) -> Told:
        """Return what the call is, by its path and parameters."""
        endpoint = self._endpoints.get((call.host, call.method, call.path))
        params = call.params
        return Told(
            kind=Kind.OTHER if endpoint is None else endpoint.kind,
            account=self._signatures.account(call),
            client_id=_client_id(params),
            symbol=params.get("symbol"),
            name=f"{params.get('symbol')}{PERPETUAL}" if call.host == USDM_HOST else None,
        )

    def serve(self, call: Call) -> Answer:
        """Check the call and do it."""
        wallet = call.path.startswith("/sapi/")
        meter = self._wallet_meters.of(call.method, call.path) if wallet else self._meters[call.host]
        endpoint = self._endpoints.get((call.host, call.method, call.path))
        if endpoint is None:
            return Answer(404, {"code": -1000, "msg": f"the test exchange does not serve {call.method} {call.path}"})
        turned_away = meter.admit(endpoint.weight)
        answer = turned_away or self._answer(call, endpoint, meter)
        return replace(answer, headers={**answer.headers, **meter.headers()})

    def refuse(self, call: Call, reason: Reason) -> Answer:
        """Return how Binance words a rejection."""
        return refused(reason, call.host, call.path).answer

    def trouble(self, call: Call, trouble: Trouble, retry_s: int) -> Answer:
        """Return how Binance words a trouble of its own."""
        return troubled(trouble, retry_s, call.path, self.engine.now())

    def _answer(self, call: Call, endpoint: Endpoint, meter: Meter) -> Answer:
        try:
            params = self._params(call, endpoint)
            if endpoint.kind is not Kind.ORDER:
                return Answer(200, endpoint.serve(params))
            return meter.admit_order(params.account) or self._order(endpoint, params, meter)
        except RejectedError as rejected:
            return refused(rejected.reason, call.host, call.path).answer
        except ProblemError as problem:
            return problem.answer

    def _order(self, endpoint: Endpoint, params: Params, meter: Meter) -> Answer:
        trades = len(self.engine.books.fills)
        body = endpoint.serve(params)
        return Answer(200, body, meter.count_order(params.account, filled=len(self.engine.books.fills) > trades))

    def _params(self, call: Call, endpoint: Endpoint) -> Params:
        if endpoint.permission is None:
            return Params(call.params)
        key = self._signatures.check(call, endpoint.permission)
        return Params(call.params, key.account, key.permissions)


def _client_id(params: dict[str, str]) -> str | None:
    for name in ("newClientOrderId", "origClientOrderId", "withdrawOrderId"):
        if params.get(name):
            return params[name]
    return None
