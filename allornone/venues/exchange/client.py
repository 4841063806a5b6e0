"""One account's connection to its exchange: ccxt's class as it is, our session, and what each answer proves."""

import asyncio
import importlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import aiohttp

from allornone.errors import NotSentError, RefusedError, VenueUnavailableError
from allornone.venues.exchange.clock import VenueClock
from allornone.venues.exchange.credentials import Credentials
from allornone.venues.exchange.errand import present_errand
from allornone.venues.exchange.limits.budgets import open_budgets
from allornone.venues.exchange.limits.spending import Ticket
from allornone.venues.exchange.options import Options
from allornone.venues.exchange.outcomes import UNREADABLE, Outcome, Outcomes, Problem
from allornone.venues.exchange.wire import Leg, Trip, hosts_of, open_session, travelling

_TEXT = 300
"""As much of an exchange's own words as a person reads."""

_SILENT = logging.getLogger("allornone.venues.exchange.ccxt")
_SILENT.disabled = True  # ccxt logs whole requests, keys and signatures with them


class OutcomeUnknownError(Exception):
    """The request may have acted: look the reference up before anything else."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call came back with: what it proves, what the exchange said is wrong, and the value ccxt made of it."""

    outcome: Outcome
    leg: Leg
    value: Any = field(repr=False)
    problem: Problem | None = field(repr=False)
    """In the exchange's own words, which may repeat a key; `told` has them without."""
    error: str
    told: str
    failure: str = ""
    """The client's own word for what went wrong, which proves nothing."""

    def shown(self) -> Any:
        """Return what was read. Raises VenueUnavailableError where nothing was."""
        if self.outcome is not Outcome.ACCEPTED or self.value is None:
            raise VenueUnavailableError(self.told)
        return self.value

    def accepted(self) -> Any:
        """Return the answer to a write.

        Raises RefusedError or NotSentError on proof, OutcomeUnknownError where the write may have acted.
        """
        if self.outcome is Outcome.REFUSED:
            raise RefusedError(self.told, self.error)
        if self.outcome in (Outcome.NOT_SENT, Outcome.BACK_OFF, Outcome.RESYNC):
            raise NotSentError(self.told)
        if self.outcome is not Outcome.ACCEPTED or self.value is None:
            raise OutcomeUnknownError(self.told)
        return self.value


Adjusted = Callable[[Any, VenueClock, Callable[[str], Awaitable[Answer]]], Awaitable[None]]
"""What ccxt's object is told besides its options, with the exchange's clock and a way to ask what needs no key."""


class Client:
    """Calls one exchange for one account. Belongs to the event loop of its first call until `aclose`.

    Never tries again by itself; a request waits for its turn in the budget of the account, never for ccxt's throttle.
    """

    def __init__(
        self,
        name: str,
        options: Options,
        credentials: Credentials,
        outcomes: Outcomes,
        given: Mapping[str, Any],
        *,
        adjusted: Adjusted | None = None,
    ) -> None:
        self.name = name
        self.options = options
        self.clock = VenueClock()
        self._budgets = open_budgets(name, options)
        self.budget = self._budgets.own
        self._credentials = credentials
        self._outcomes = outcomes
        self._given = given
        self._adjusted = adjusted
        self._opening = asyncio.Lock()
        self._exchange: Any = None
        self._session: aiohttp.ClientSession | None = None
        self.closed = asyncio.Event()
        """Set when it is closed; another one from then on."""

    async def call(self, method: str, *arguments: object, **named: object) -> Answer:
        """Call `method` of the ccxt class once, and tell what came of it. Raises nothing an exchange can cause."""
        exchange = await self._opened()
        return await self._travelled(method, lambda: getattr(exchange, method)(*arguments, **named))

    async def send(self, method: str, *arguments: object, **named: object) -> Answer:
        """Call what the errand is about, once, and not past the errand's time: that is looked at as the last thing."""
        exchange, latest = await self._opened(), present_errand().not_after
        return await self._travelled(
            method,
            lambda: getattr(exchange, method)(*arguments, **named),
            may_leave=lambda: latest is None or self._now() < latest,
            sends=True,
        )

    async def read(self, method: str, *arguments: object, **named: object) -> Any:
        """Return what a call that does not act shows. Raises VenueUnavailableError where it shows nothing."""
        return (await self.call(method, *arguments, **named)).shown()

    async def markets(self, *, again: bool = False) -> dict[str, Any]:
        """Return ccxt's markets by symbol, read once. Raises VenueUnavailableError where they cannot be."""
        exchange = await self._opened()
        if exchange.markets and not again:
            return dict(exchange.markets)
        answer = await self._travelled("load_markets", lambda: exchange.load_markets(again))
        if answer.value is None:
            raise VenueUnavailableError(answer.told)
        return dict(answer.value)  # by another's request too: ccxt loads them once for all who ask meanwhile

    async def precision_mode(self) -> int:
        """Return ccxt's number for how this exchange states steps."""
        return int((await self._opened()).precisionMode)

    async def aclose(self) -> None:
        """Close the connections, and end what waits. A later call opens them again."""
        self.closed.set()
        self.closed = asyncio.Event()
        session, exchange = self._session, self._exchange
        self._session = self._exchange = None
        if exchange is not None:
            exchange.session = None  # it is ours; ccxt would wait and warn
        if session is not None:
            await session.close()
        self._budgets.close()

    async def _travelled(
        self,
        method: str,
        request: Callable[[], Awaitable[Any]],
        *,
        may_leave: Callable[[], bool] = lambda: True,
        sends: bool = False,
    ) -> Answer:
        """Make one call when its turn comes. Without a turn nothing leaves."""
        try:
            ticket = await self._turn(method, sends=sends)
        except NotSentError as held:
            return Answer(Outcome.NOT_SENT, Leg(""), None, None, "EXEC-002", str(held))
        value, failure = None, ""
        with travelling(may_leave) as trip:
            try:
                value = await request()
            except Exception as problem:  # noqa: BLE001 (what it means is read off the wire, never off its class)
                failure = self._failure(problem)
        answer = self._answer(method, trip, value, failure)
        for leg in trip.legs:
            backed_off = answer.outcome in (Outcome.BACK_OFF, Outcome.SILENCED) and leg is answer.leg
            await self._budgets.of(method).heard(ticket, leg.status, leg.headers, backed_off=backed_off)
        return answer

    async def _turn(self, method: str, *, sends: bool) -> Ticket:
        errand, budget = present_errand(), self._budgets.of(method)
        ticket = await budget.turn(budget.cost(method), urgent=errand.urgent, left_s=errand.left_s(self._now))
        if sends:
            errand.sent()
        return ticket

    def _now(self) -> datetime:
        """Return the exchange's time, this machine's where the exchange's was never read or is long ago."""
        return datetime.now(UTC) if self.clock.stale else self.clock.now()

    def _answer(self, method: str, trip: Trip, value: object, failure: str) -> Answer:
        leg = trip.leg
        outcome, problem, error = self._outcomes.at(method).of(leg)
        if outcome is not Outcome.ACCEPTED and trip.acted_often:
            outcome, error = Outcome.UNKNOWN, "EXEC-002"  # the last of them proves nothing about the others
        if outcome is Outcome.ACCEPTED and failure:
            outcome, error = Outcome.UNKNOWN, "EXEC-002"  # ccxt could not read what the exchange accepted
        if outcome is Outcome.RESYNC or leg.status == HTTPStatus.UNAUTHORIZED:
            self.clock.forget()  # a token whose time is wrong is answered as a wrong key is (Coinbase)
        told = self._credentials.scrubbed(self._told(method, leg, outcome, problem, failure))
        return Answer(outcome, leg, value, problem, error, told, failure)

    def _failure(self, problem: Exception) -> str:
        name, led = type(problem).__name__, self.options.connect_to
        if led is None or not isinstance(problem.__cause__, aiohttp.ClientConnectorError):
            return name
        return f"{name}: at {led} (connect_to) nobody answers for {self.options.exchange}"

    def _told(self, method: str, leg: Leg, outcome: Outcome, problem: Problem | None, failure: str) -> str:
        if problem is not None and problem.code != UNREADABLE:
            # Cut only what shows no key: half of one is found by nobody.
            return f"{self.name} answered {problem.code} {self._credentials.scrubbed(problem.text)[:_TEXT]}".strip()
        if leg.status is not None:
            return f"{self.name} answered HTTP {leg.status} to {method} ({outcome.value})"
        came = "nothing left" if outcome is Outcome.NOT_SENT else "no answer came"
        return f"{self.name} could not be asked: {came} ({method}, {failure})"

    async def _opened(self) -> Any:
        async with self._opening:
            if self._exchange is None:
                # Importing ccxt takes over a second: not in the event loop's time, and never where nothing uses it.
                module = await asyncio.to_thread(importlib.import_module, "ccxt.async_support")
                self._exchange = self._constructed(getattr(module, self.options.exchange))
                if self._adjusted is not None:
                    await self._adjusted(self._exchange, self.clock, self._asked_at_opening)
            return self._exchange

    async def _asked_at_opening(self, method: str) -> Answer:
        return await self._travelled(method, getattr(self._exchange, method))

    def _constructed(self, kind: Any) -> Any:
        held = self._credentials
        password = {} if held.password is None else {"password": held.password.get_secret_value()}
        exchange = kind(
            {
                "apiKey": held.key.get_secret_value(),
                "secret": held.secret.get_secret_value(),
                **password,
                "enableRateLimit": False,
                "timeout": int(self.options.timeout_s * 1000),
                "options": {"maxRetriesOnFailure": 0, **self._given},
            }
        )
        exchange.number = str  # amounts are exact text everywhere
        exchange.logger = _SILENT
        exchange.verbose = False
        hosts = frozenset(hosts_of(exchange.urls.get("api"), exchange.hostname or ""))
        self._session = open_session(
            hosts, self.options.connect_to, self.options.ca_file, float(self.options.timeout_s)
        )
        exchange.session, exchange.own_session = self._session, False
        exchange.ssl_context = False  # unused: the session's own connector has one; ccxt would build another
        return exchange
