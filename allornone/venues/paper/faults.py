"""Scripted misbehaviour of the paper venues: `paper-faults.yaml`, read again whenever it changes.

A file is a list of rules, or a mapping with that list under `rules`:

    - venue: binance
      operation_type: spot_trade
      behaviour: partial
      ratio: "0.4"
      count: 2

A rule matches by venue, operation type, operation id and direction, each optional; passes over the first
`after` matching calls; then fires `count` times, or `always`. Of one call, the first rule of each kind fires:
one for what the venue does, one for what happens on the wire, one for drift, one for stale reads. So faults
combine, except that an order that comes late is then taken as it is.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from allornone.documents.complaints import complaint
from allornone.documents.shapes import list_of
from allornone.errors import BadGroupError, RefusedError
from allornone.ids import digest
from allornone.models.details import OperationType
from allornone.models.execution import Direction, ExecutionRequest
from allornone.models.operation import lower_type
from allornone.units import Amount, NonNegativeAmount, Ratio
from allornone.venues.paper.ledger import PaperLedger

FILE = "paper-faults.yaml"


class Behaviour(StrEnum):
    """What a rule makes a venue, its wire or its look-ups do."""

    OK = "ok"
    REFUSE = "refuse"
    PARTIAL = "partial"
    """Fills `ratio` of the amount and closes."""
    OPEN = "open"
    """Fills `ratio` and stays open until somebody fills, cancels or recalls it."""
    OPEN_THEN_FILL = "open_then_fill"
    """Fills `ratio` and stays open; the rest fills `delay_s` later."""

    LOSE_ANSWER = "lose_answer"
    """Acts; the connection is reset before the answer."""
    LOSE_REQUEST = "lose_request"
    """Never arrives; the caller runs into its timeout."""
    LATE = "late"
    """The caller runs into its timeout; it arrives `delay_s` later, by the venue's clock."""
    ERROR_5XX_EXECUTED = "error_5xx_executed"
    ERROR_5XX_NOT_EXECUTED = "error_5xx_not_executed"
    NOT_SENT = "not_sent"
    """The connection is refused."""
    RATE_LIMITED = "rate_limited"
    """Turned away at the door (429): not accepted, proven."""
    MALFORMED = "malformed"
    """Acts; the answer cannot be read."""
    DUPLICATE_ACK = "duplicate_ack"
    """Acts; answers that the reference is a duplicate."""

    DRIFT = "drift"
    """What the counterparty pays is off by `bps`."""
    STALE_READ = "stale_read"
    """Look-ups find nothing for `delay_s` after the order was received."""
    UNREADABLE = "unreadable"
    """The look-up itself fails."""


ACTS = frozenset({Behaviour.OK, Behaviour.REFUSE, Behaviour.PARTIAL, Behaviour.OPEN, Behaviour.OPEN_THEN_FILL})
WIRE = frozenset(
    {
        Behaviour.LOSE_ANSWER,
        Behaviour.LOSE_REQUEST,
        Behaviour.LATE,
        Behaviour.ERROR_5XX_EXECUTED,
        Behaviour.ERROR_5XX_NOT_EXECUTED,
        Behaviour.NOT_SENT,
        Behaviour.RATE_LIMITED,
        Behaviour.MALFORMED,
        Behaviour.DUPLICATE_ACK,
    }
)
UNKNOWING = WIRE - {Behaviour.NOT_SENT, Behaviour.RATE_LIMITED}
"""What leaves the caller without knowledge of the outcome."""


class FaultRule(BaseModel):
    """One rule of the file; what is not given matches everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    behaviour: Behaviour
    venue: str | None = None
    operation_type: OperationType | None = None
    operation_id: str | None = None
    direction: Direction | None = None
    count: Annotated[int, Field(ge=1)] | Literal["always"] = 1
    after: Annotated[int, Field(ge=0)] = 0
    ratio: Ratio = Decimal("0.5")
    bps: Amount = Decimal(100)
    delay_s: NonNegativeAmount = Decimal(5)
    note: str = ""

    _read_type = field_validator("operation_type", mode="before")(lower_type)

    @property
    def delay(self) -> timedelta:
        """The delay as a span of the venue's clock."""
        return timedelta(seconds=float(self.delay_s))

    def matches(self, venue: str, request: ExecutionRequest) -> bool:
        """Tell whether the rule speaks of this call."""
        return (
            self.venue in (None, venue)
            and self.operation_type in (None, request.operation_type)
            and self.operation_id in (None, request.operation_id)
            and self.direction in (None, request.direction)
        )


@dataclass(frozen=True, slots=True)
class Fate:
    """What befalls one call: at most one rule of each kind."""

    act: FaultRule | None = None
    wire: FaultRule | None = None
    drift: FaultRule | None = None
    stale: FaultRule | None = None


_RULES = TypeAdapter(tuple[FaultRule, ...])


def read_faults(text: str, name: str) -> tuple[FaultRule, ...]:
    """Read rules from YAML `text`. Raises BadGroupError that names the file, the line and the field."""
    try:
        # BaseLoader leaves every scalar the text it was written as, so that no digit passes through a float.
        found: Any = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (BaseLoader is safe)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise BadGroupError(f"{name}{line}: broken YAML: {getattr(error, 'problem', None) or error}") from None
    match found:
        case {"rules": within}:
            listed: object = within or ()
        case _:
            listed = found or ()
    try:
        return _RULES.validate_python(listed)
    except ValidationError as error:
        where = f"{name}{_line(text, error)}"
        if list_of(listed) is None:
            raise BadGroupError(f"{where}: must be a list of rules, each with a behaviour") from None
        raise BadGroupError(complaint(error, listed, FaultRule, where)) from None


def _line(text: str, error: ValidationError) -> str:
    """Say in which line the first rule begins that is wrong."""
    node = yaml.compose(text, Loader=yaml.BaseLoader)
    if isinstance(node, yaml.MappingNode):
        node = next((value for key, value in node.value if key.value == "rules"), node)
    wrong = [one["loc"][0] for one in error.errors() if one["loc"]]
    if not wrong or not isinstance(node, yaml.SequenceNode):
        return ""
    return f", line {node.value[wrong[0]].start_mark.line + 1}"


def check_faults(data_dir: Path) -> None:
    """Raise BadGroupError where the folder's faults file cannot be read: said before anything is started."""
    path = data_dir / FILE
    if path.exists():
        _named(path)


class PaperFaults:
    """The rules of one file; how often each matched is kept in the ledger, and so outlives the process."""

    def __init__(self, ledger: PaperLedger, path: Path | None = None) -> None:
        self._ledger = ledger
        self._path = path
        self._signature: tuple[int, int, int] | None = None
        self._rules: tuple[tuple[str, FaultRule], ...] = ()

    def check(self) -> None:
        """Read the file if it changed. Raises RefusedError where it cannot be read: before anything is sent."""
        try:
            self._current()
        except BadGroupError as bad:
            raise RefusedError(str(bad), code="EXEC-007") from None

    def of_execute(self, venue: str, request: ExecutionRequest) -> Fate:
        """Return what befalls this send, and count it."""
        return Fate(
            act=self._fires(ACTS, venue, request),
            wire=self._fires(WIRE, venue, request),
            drift=self._fires(frozenset({Behaviour.DRIFT}), venue, request),
            stale=self._fires(frozenset({Behaviour.STALE_READ}), venue, request),
        )

    def of_lookup(self, venue: str, request: ExecutionRequest) -> FaultRule | None:
        """Return the rule that makes this look-up fail, and count it."""
        return self._fires(frozenset({Behaviour.UNREADABLE}), venue, request)

    def _fires(self, kind: frozenset[Behaviour], venue: str, request: ExecutionRequest) -> FaultRule | None:
        for name, rule in self._current():
            if rule.behaviour in kind and rule.matches(venue, request) and self._is_on(name, rule):
                return rule
        return None

    def _is_on(self, name: str, rule: FaultRule) -> bool:
        with self._ledger.transaction() as book:
            before = book.seen(name)
        return before >= rule.after and (rule.count == "always" or before < rule.after + rule.count)

    def _current(self) -> tuple[tuple[str, FaultRule], ...]:
        try:
            found = self._path.stat() if self._path is not None else None
        except FileNotFoundError:
            found = None
        signature = None if found is None else (found.st_mtime_ns, found.st_size, found.st_ino)
        if signature != self._signature:
            self._rules = () if self._path is None or found is None else _named(self._path)
            self._signature = signature
        return self._rules


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadGroupError(f"{path}: cannot be read: {error}") from None


def _named(path: Path) -> tuple[tuple[str, FaultRule], ...]:
    """Name each rule by its own text and how many like it come before: its count follows it through edits."""
    named: list[tuple[str, FaultRule]] = []
    for rule in read_faults(_text(path), str(path)):
        twins = sum(1 for _, other in named if other == rule)
        named.append((digest([rule.model_dump(mode="json"), twins]), rule))
    return tuple(named)
