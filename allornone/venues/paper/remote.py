"""The client of a paper server: the `Venue` protocol over HTTP, without retries of its own."""

import aiohttp
from pydantic import ValidationError

from allornone.errors import NotSentError, RefusedError, VenueUnavailableError
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, Prepared
from allornone.venues.capabilities import Capabilities
from allornone.venues.inverse import Inverse
from allornone.venues.paper.capability import paper_capabilities
from allornone.venues.paper.inverse import inverse_of
from allornone.venues.paper.message import QUOTES_VERSION, Call, PreparedAnswer, Problem
from allornone.venues.paper.quotes import Quotes, packaged_quotes
from allornone.venues.reading import Reading

_OK = 200
_DUPLICATE = 409
_TURNED_AWAY = 429
_SERVER_ERROR = 500

_NO_CONNECTION = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""What aiohttp raises before the first byte of a request has left."""


class UnknownAnswerError(Exception):
    """The request left and no usable answer came: the outcome is unknown."""


class RemotePaperVenue:
    """One paper venue behind a paper server. Belongs to the event loop of its first call until `aclose`.

    `quotes` price the inverses until the server's own have been read, which the first call does.
    """

    def __init__(self, name: str, base_url: str, quotes: Quotes | None = None, timeout_s: float = 5) -> None:
        capabilities = paper_capabilities(name)
        if capabilities is None:
            raise LookupError(f"no paper venue {name!r}")
        self._name = name
        self._capabilities = capabilities
        self._base_url = base_url.rstrip("/")
        self._quotes = packaged_quotes() if quotes is None else quotes
        self._version: str | None = None
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=timeout_s)
        self._session: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        """The name that operations use."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """What this venue declares."""
        return self._capabilities

    async def aclose(self) -> None:
        """Close the connections. A later call opens them again."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def prepare(self, request: ExecutionRequest) -> Prepared:
        """Ask the server for the terms."""
        return PreparedAnswer.model_validate_json(await self._asked("prepare", request, None)).prepared

    async def execute(self, request: ExecutionRequest, prepared: Prepared) -> Reading:
        """Send once. Raises NotSentError where no byte left, RefusedError on the venue's word.

        Whatever else it raises means that the outcome is unknown.
        """
        try:
            status, text = await self._post("execute", request, prepared)
        except _NO_CONNECTION as error:
            raise NotSentError(f"{self._name} could not be reached: {error}") from error
        if status == _OK:
            return Reading.model_validate_json(text)
        if status == _DUPLICATE or status >= _SERVER_ERROR:
            raise UnknownAnswerError(f"{self._name} answered HTTP {status}: {text[:200]}")
        problem = Problem.model_validate_json(text)
        if status == _TURNED_AWAY:
            raise NotSentError(problem.message)
        raise RefusedError(problem.message, problem.code)

    async def lookup(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Ask the server what became of the reference."""
        return await self._reading("lookup", request, prepared)

    async def recall(self, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        """Ask the server to take back what is open."""
        return await self._reading("recall", request, prepared)

    def inverse(self, request: ExecutionRequest, handshake: ExecutionHandshake) -> Inverse:
        """Return what undoes the handshake, priced by the last quotes that this client has seen."""
        return inverse_of(request, handshake, self._quotes)

    async def simulate(self, request: ExecutionRequest) -> ExecutionHandshake:
        """Ask the server for a prediction."""
        return ExecutionHandshake.model_validate_json(await self._asked("simulate", request, None))

    async def _reading(self, call: str, request: ExecutionRequest, prepared: Prepared | None) -> Reading:
        try:
            return Reading.model_validate_json(await self._asked(call, request, prepared))
        except ValidationError as error:
            raise VenueUnavailableError(f"{self._name} answered what cannot be read: {error}") from error

    async def _asked(self, call: str, request: ExecutionRequest, prepared: Prepared | None) -> str:
        """Return the body of a good answer to a call that does not act."""
        try:
            status, text = await self._post(call, request, prepared)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise VenueUnavailableError(f"{self._name} could not be asked: {error!r}") from error
        if status == _OK:
            return text
        if status >= _SERVER_ERROR:
            raise VenueUnavailableError(f"{self._name} answered HTTP {status}: {text[:200]}")
        problem = Problem.model_validate_json(text)
        raise RefusedError(problem.message, problem.code)

    async def _post(self, call: str, request: ExecutionRequest, prepared: Prepared | None) -> tuple[int, str]:
        body = Call(request=request, prepared=prepared).model_dump_json()
        headers = {"Content-Type": "application/json"}
        url = f"{self._base_url}/v1/venues/{self._name}/{call}"
        async with self._connected().post(url, data=body, headers=headers) as response:
            text = await response.text()
            status, version = response.status, response.headers.get(QUOTES_VERSION)
        if call != "execute":
            await self._follow_quotes(version)
        return status, text

    async def _follow_quotes(self, version: str | None) -> None:
        if version is None or version == self._version:
            return
        async with self._connected().get(f"{self._base_url}/v1/quotes") as response:
            self._quotes = Quotes.model_validate_json(await response.text())
        self._version = version

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self._session
