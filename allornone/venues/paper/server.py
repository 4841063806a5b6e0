"""The paper venues in a process of their own, over HTTP on loopback; scripted losses happen on the wire."""

import asyncio
import json
import logging
import os
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from allornone.errors import BadGroupError, NotSentError, RefusedError, VenueUnavailableError
from allornone.ids import digest
from allornone.venues.paper.capability import PAPER_VENUES
from allornone.venues.paper.faults import Behaviour
from allornone.venues.paper.losses import LostAnswerError
from allornone.venues.paper.message import QUOTES_VERSION, Call, FillOrder, OrderView, PreparedAnswer, Problem
from allornone.venues.paper.quotes import Quotes
from allornone.venues.paper.rows import OrderRow, OrderState
from allornone.venues.paper.venue import PaperVenue
from allornone.venues.paper.world import PaperWorld

TICK_S = 0.1
"""How often the server lets time pass, so that late orders act although nobody asks."""
HANG_S = 60
"""How long a connection is left without an answer at most; clients give up long before."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_ORDERS: TypeAdapter[list[OrderView]] = TypeAdapter(list[OrderView])
_log = logging.getLogger(__name__)


class PaperServer:
    """Serves every paper venue of one world. Start and stop it once."""

    def __init__(self, world: PaperWorld) -> None:
        self._world = world
        self._venues = {name: world.venue(name) for name in PAPER_VENUES}
        self._version: tuple[Quotes, str] | None = None
        self._runner: web.AppRunner | None = None
        self._ticking: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> str:
        """Listen and return the address; port 0 takes a free one."""
        app = web.Application(middlewares=[self._problems])
        app.add_routes(
            [
                web.get("/v1/health", self._health),
                web.get("/v1/quotes", self._quotes),
                web.get("/v1/totals", self._totals),
                web.get("/v1/orders", self._orders),
                web.post("/v1/orders/{order_id:[0-9]+}/fill", self._fill),
                web.post("/v1/orders/{order_id:[0-9]+}/cancel", self._cancel),
                web.post("/v1/venues/{venue}/{call}", self._call),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self._ticking = asyncio.create_task(self._tick())
        bound = self._runner.addresses[0]
        return f"http://{bound[0]}:{bound[1]}"

    async def stop(self) -> None:
        """Stop listening; calls under way get a second."""
        if self._ticking is not None:
            self._ticking.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticking
        if self._runner is not None:
            await self._runner.cleanup()

    async def _tick(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._world.matching.pass_time)
            except (BadGroupError, sqlite3.Error) as error:
                _log.warning("time does not pass at the paper venues: %s", error)
            await asyncio.sleep(TICK_S)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        venue = self._venues.get(request.match_info["venue"])
        if venue is None:
            raise RefusedError(f"no paper venue {request.match_info['venue']!r}; there are {', '.join(PAPER_VENUES)}")
        call = Call.model_validate_json(await request.text())
        try:
            return _answer(await _serve(venue, request.match_info["call"], call))
        except LostAnswerError as loss:
            return await _lose(request, loss)

    async def _health(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"venues": PAPER_VENUES, "pid": os.getpid()})

    async def _quotes(self, _: web.Request) -> web.StreamResponse:
        return _answer(self._world.quotes.current())

    async def _totals(self, request: web.Request) -> web.StreamResponse:
        sums = await asyncio.to_thread(
            self._world.ledger.totals, request.query.get("group"), request.query.get("client_ref")
        )
        return web.json_response({key: str(amount) for key, amount in sums.items()})

    async def _orders(self, request: web.Request) -> web.StreamResponse:
        state = request.query.get("state")
        rows = await asyncio.to_thread(self._world.ledger.orders, None if state is None else OrderState(state))
        body = _ORDERS.dump_json([_view(row) for row in rows])
        return web.Response(body=body, content_type="application/json")

    async def _fill(self, request: web.Request) -> web.StreamResponse:
        wanted = FillOrder.model_validate_json(await request.text() or "{}")
        order_id = int(request.match_info["order_id"])
        return _answer(_view(await asyncio.to_thread(self._world.matching.fill, order_id, wanted.amount)))

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        order_id = int(request.match_info["order_id"])
        return _answer(_view(await asyncio.to_thread(self._world.matching.cancel, order_id)))

    @web.middleware
    async def _problems(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
            response.headers[QUOTES_VERSION] = self._quotes_version()
        except RefusedError as error:
            return _answer(Problem(error="refused", code=error.code, message=str(error)), 422)
        except NotSentError as error:
            return _answer(Problem(error="not_sent", message=str(error)), 429)
        except (VenueUnavailableError, BadGroupError, sqlite3.OperationalError) as error:
            return _answer(Problem(error="unavailable", message=str(error)), 503)
        except (ValidationError, ValueError, LookupError) as error:
            return _answer(Problem(error="refused", code="EXEC-007", message=str(error)), 400)
        return response

    def _quotes_version(self) -> str:
        quotes = self._world.quotes.current()
        if self._version is None or self._version[0] is not quotes:
            self._version = (quotes, digest(quotes.model_dump(mode="json"))[:16])
        return self._version[1]


async def serve_paper(data_dir: Path, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve the paper venues of `data_dir` until SIGTERM or SIGINT. `on_ready` is given the address."""
    world = PaperWorld(data_dir)
    server = PaperServer(world)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    try:
        on_ready(await server.start(host, port))
        await stopped.wait()
    finally:
        await server.stop()
        world.close()


def run_paper(data_dir: Path, host: str = "127.0.0.1", port: int = 0, ready_file: Path | None = None) -> None:
    """Serve until a signal; print the address, and write it with the pid as JSON to `ready_file`."""

    def ready(url: str) -> None:
        if ready_file is not None:
            part = ready_file.with_suffix(".part")
            part.write_text(json.dumps({"url": url, "pid": os.getpid()}), "utf-8")
            part.replace(ready_file)
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()

    asyncio.run(serve_paper(data_dir, host, port, ready))


async def _serve(venue: PaperVenue, name: str, call: Call) -> BaseModel:
    match name:
        case "prepare":
            return PreparedAnswer(prepared=await venue.prepare(call.request))
        case "execute" if call.prepared is not None:
            return await venue.execute(call.request, call.prepared)
        case "lookup":
            return await venue.lookup(call.request, call.prepared)
        case "recall":
            return await venue.recall(call.request, call.prepared)
        case "simulate":
            return await venue.simulate(call.request)
        case _:
            raise RefusedError(f"no call {name!r} with these arguments", "EXEC-007")


async def _lose(request: web.Request, loss: LostAnswerError) -> web.StreamResponse:
    match loss.behaviour:
        case Behaviour.ERROR_5XX_EXECUTED | Behaviour.ERROR_5XX_NOT_EXECUTED:
            return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
        case Behaviour.MALFORMED:
            return web.Response(text='{"state": "clo', content_type="application/json")
        case Behaviour.DUPLICATE_ACK:
            return _answer(Problem(error="duplicate", message=str(loss)), 409)
        case Behaviour.LOSE_ANSWER:
            if request.transport is not None:
                request.transport.abort()
        case _:
            await _hang(request)
    return web.Response(status=504)


async def _hang(request: web.Request) -> None:
    """Say nothing until the client has gone."""
    with suppress(TimeoutError):
        async with asyncio.timeout(HANG_S):
            # A transport tells nobody when it closes.
            while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
                await asyncio.sleep(TICK_S)


def _answer(model: BaseModel, status: int = 200) -> web.Response:
    return web.Response(text=model.model_dump_json(), status=status, content_type="application/json")


def _view(row: OrderRow) -> OrderView:
    return OrderView(
        order_id=row.order_id,
        venue=row.venue,
        client_ref=row.client_ref,
        group_id=row.group_id,
        operation_id=row.operation_id,
        operation_type=row.operation_type,
        direction=row.direction,
        state=row.state.value,
        requested=row.requested,
        filled=row.filled,
        reason=row.reason,
    )
