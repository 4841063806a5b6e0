"""What happens to the exchanges, from outside: prices, fills, money that comes, faults, the clock. Loopback only."""

import os
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from allornone.testexchange.clock import Clock
from allornone.testexchange.control_bodies import (
    Amount,
    Arrival,
    BadBodyError,
    Choice,
    End,
    FundingRate,
    Good,
    MarketChange,
    Offset,
    Times,
    sent,
)
from allornone.testexchange.door import Door
from allornone.testexchange.engine.conservation import problems
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.order import Order
from allornone.testexchange.engine.rejection import RejectedError
from allornone.testexchange.faults import BadFaultsError, Faults, read_rules
from allornone.testexchange.server import BODY_MAX, LOOPBACK
from allornone.testexchange.shown import everything, shown
from allornone.testexchange.store import Store

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    """Serves the control port. Start and stop it once."""

    def __init__(self, doors: Mapping[str, Door], faults: Faults, clock: Clock, store: Store) -> None:
        self._doors = doors
        self._faults = faults
        self._clock = clock
        self._store = store
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> str:
        """Listen on loopback and return the address; port 0 takes a free one."""
        app = web.Application(client_max_size=BODY_MAX, middlewares=[_own_machine, self._kept])
        app.add_routes(
            [
                web.get("/v1/health", self._health),
                web.get("/v1/faults", self._rules),
                web.put("/v1/faults", self._set_rules),
                web.post("/v1/clock", self._set_clock),
                web.get("/v1/{exchange}/books", self._books),
                web.get("/v1/{exchange}/problems", self._problems),
                web.post("/v1/{exchange}/markets/{symbol}", self._market),
                web.post("/v1/{exchange}/orders/{number:[0-9]{1,9}}/fill", self._fill),
                web.post("/v1/{exchange}/orders/{number:[0-9]{1,9}}/cancel", self._cancel),
                web.post("/v1/{exchange}/withdrawals/{number:[0-9]{1,9}}", self._end_withdrawal),
                web.post("/v1/{exchange}/deposits", self._arrive),
                web.post("/v1/{exchange}/funding", self._fund),
                web.post("/v1/{exchange}/times", self._times),
                web.post("/v1/{exchange}/keys/{name}", self._key),
                web.post("/v1/{exchange:binance}/accounts/{account}", self._choose),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, port).start()
        return f"http://{LOOPBACK}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _health(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"exchanges": list(self._doors), "pid": os.getpid(), "now_ms": self._clock()})

    async def _rules(self, _: web.Request) -> web.StreamResponse:
        return web.json_response([rule.model_dump(mode="json", exclude_unset=True) for rule in self._faults.rules()])

    async def _set_rules(self, request: web.Request) -> web.StreamResponse:
        self._faults.replace(read_rules(await request.text()))
        return await self._rules(request)

    async def _set_clock(self, request: web.Request) -> web.StreamResponse:
        self._clock.offset_ms = (await sent(request, Offset)).offset_ms
        return web.json_response({"now_ms": self._clock()})

    async def _books(self, request: web.Request) -> web.StreamResponse:
        engine = self._engine(request)
        engine.moving.pass_time()
        return web.json_response(everything(engine))

    async def _problems(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(problems(self._engine(request)))

    async def _market(self, request: web.Request) -> web.StreamResponse:
        engine, change = self._engine(request), await sent(request, MarketChange)
        market = engine.trading.market(request.match_info["symbol"])
        if change.mark is not None:
            engine.trading.set_mark(market.symbol, change.mark)
        market.halted = market.halted if change.halted is None else change.halted
        return web.json_response(shown(market))

    async def _fill(self, request: web.Request) -> web.StreamResponse:
        engine, wanted = self._engine(request), await sent(request, Amount)
        return web.json_response(shown(engine.trading.fill(_order(engine, request), wanted.amount)))

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        engine = self._engine(request)
        return web.json_response(shown(engine.trading.cancel(_order(engine, request))))

    async def _end_withdrawal(self, request: web.Request) -> web.StreamResponse:
        engine, end = self._engine(request), await sent(request, End)
        withdrawal = engine.books.withdrawals[int(request.match_info["number"])]
        return web.json_response(shown(engine.moving.end_withdrawal(withdrawal, end.state)))

    async def _arrive(self, request: web.Request) -> web.StreamResponse:
        engine, coming = self._engine(request), await sent(request, Arrival)
        deposit = engine.moving.arrive(coming.account, coming.asset, coming.amount, coming.network, coming.tx_id)
        return web.json_response(shown(deposit))

    async def _fund(self, request: web.Request) -> web.StreamResponse:
        engine, funding = self._engine(request), await sent(request, FundingRate)
        market = engine.trading.market(funding.symbol)
        return web.json_response([shown(paid) for paid in engine.perpetuals.fund(market, funding.rate)])

    async def _times(self, request: web.Request) -> web.StreamResponse:
        moving, times = self._engine(request).moving, await sent(request, Times)
        moving.withdrawal_ms = moving.withdrawal_ms if times.withdrawal_ms is None else times.withdrawal_ms
        moving.deposit_ms = moving.deposit_ms if times.deposit_ms is None else times.deposit_ms
        return web.json_response({"withdrawal_ms": moving.withdrawal_ms, "deposit_ms": moving.deposit_ms})

    async def _key(self, request: web.Request) -> web.StreamResponse:
        keys, name = self._doors[request.match_info["exchange"]].keys, request.match_info["name"]
        good = (await sent(request, Good)).good
        (keys.returns if good else keys.ends)(name)
        return web.json_response({"good": good})

    async def _choose(self, request: web.Request) -> web.StreamResponse:
        engine, choice = self._engine(request), await sent(request, Choice)
        engine.moving.chosen[request.match_info["account"]] = choice.wallet
        return web.json_response({"wallet": choice.wallet})

    def _engine(self, request: web.Request) -> Engine:
        return self._doors[request.match_info["exchange"]].engine

    @web.middleware
    async def _kept(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Keep what was done before anybody is told; tell what was wrong."""
        try:
            return await handler(request)
        except (RejectedError, BadFaultsError, BadBodyError) as error:
            return web.json_response({"error": str(error)}, status=422)
        except KeyError as missing:
            return web.json_response({"error": f"there is no {missing}"}, status=404)
        finally:
            self._store.commit()


@web.middleware
async def _own_machine(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Refuse what a web page of another origin makes a browser send."""
    if request.host.partition(":")[0] not in (LOOPBACK, "localhost") or "Origin" in request.headers:
        return web.json_response({"error": "this port is for this machine's own programs"}, status=403)
    return await handler(request)


def _order(engine: Engine, request: web.Request) -> Order:
    return engine.books.orders[int(request.match_info["number"])]
