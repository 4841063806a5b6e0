"""Scripted misbehaviour of the test exchanges: `exchange-faults.yaml`, read again whenever it changes.

A file is a list of rules:

    - kind: order            # what the call is about: order, cancel, query, trades, balance, withdraw, transfer, ...
      behaviour: hang
      executed: true         # the exchange acts first; false: it never does
      count: 2

A rule matches by exchange, kind, account, client id and symbol, each optional; passes over the first `after` matching
calls; then fires at each `every`-th of them, `count` times or `always`. Of one call the first rule of each family
fires: one for its outcome, and one of each other behaviour, so that an order that fills in part may also lose its
answer.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from allornone.documents import complaint
from allornone.documents.shapes import list_of
from allornone.testexchange.behaviour import OUTCOMES, TURNED_AWAY, Behaviour
from allornone.testexchange.door import Kind, Told
from allornone.testexchange.engine.quirks import NONE, Quirks, WithdrawalEnd
from allornone.testexchange.engine.rejection import Reason
from allornone.units import NonNegativeAmount, Ratio

RULES_MAX = 1_000


class FaultRule(BaseModel):
    """One rule; what is not given matches everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    behaviour: Behaviour
    exchange: str | None = None
    kind: Kind | None = None
    account: str | None = None
    client_id: str | None = None
    symbol: str | None = None
    count: Annotated[int, Field(ge=1)] | Literal["always"] = 1
    after: Annotated[int, Field(ge=0)] = 0
    every: Annotated[int, Field(ge=1)] = 1
    executed: bool = True
    delay_s: NonNegativeAmount = Decimal(5)
    ratio: Ratio = Decimal("0.5")
    reason: Reason = Reason.HALTED
    end: WithdrawalEnd = WithdrawalEnd.PROCESSING
    note: str = ""

    @model_validator(mode="after")
    def _can_be(self) -> "FaultRule":
        if "executed" in self.model_fields_set and self.executed and self.behaviour in TURNED_AWAY:
            raise ValueError(f"what is {self.behaviour.value} is not executed; leave `executed` out")
        return self

    @property
    def acts(self) -> bool:
        """Tell whether the exchange executes a call whose outcome this is."""
        return self.behaviour not in TURNED_AWAY and self.executed

    @property
    def delay_ms(self) -> int:
        """The delay in milliseconds."""
        return int(self.delay_s * 1000)

    def matches(self, exchange: str, told: Told) -> bool:
        """Tell whether the rule speaks of this call. A symbol may be the market's own (`ETHUSDT.P`) or the wire's."""
        return (
            self.exchange in (None, exchange)
            and self.kind in (None, told.kind)
            and self.account in (None, told.account)
            and self.client_id in (None, told.client_id)
            and self.symbol in (None, told.symbol, told.name)
        )


@dataclass(frozen=True, slots=True)
class Fate:
    """What befalls one call: at most one rule of each family."""

    outcome: FaultRule | None = None
    slow_s: float = 0
    again_ms: int | None = None
    """So long after it the call comes once more."""
    quirks: Quirks = NONE


class BadFaultsError(Exception):
    """A faults file, or a request for faults, is wrong; the message names the rule."""


_RULES: TypeAdapter[tuple[FaultRule, ...]] = TypeAdapter(Annotated[tuple[FaultRule, ...], Field(max_length=RULES_MAX)])


def read_rules(text: str) -> tuple[FaultRule, ...]:
    """Read rules from YAML, or JSON. Raises BadFaultsError."""
    try:
        # BaseLoader leaves every scalar the text it was written as, so that no digit passes through a float.
        found: object = yaml.load(text, Loader=yaml.BaseLoader) or []  # noqa: S506 (BaseLoader is safe)
    except yaml.YAMLError as error:
        raise BadFaultsError(f"fault rules: broken YAML: {getattr(error, 'problem', None) or error}") from error
    if list_of(found) is None:
        raise BadFaultsError("fault rules must be a list of rules, each with a behaviour")
    try:
        return _RULES.validate_python(found)
    except ValidationError as error:
        raise BadFaultsError(complaint(error, found, FaultRule, "fault rules")) from None


class Faults:
    """The rules of one file. How often each matched is forgotten when this process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._signature: tuple[int, int, int] | None = None
        self._rules: tuple[FaultRule, ...] = ()
        self._seen: dict[tuple[FaultRule, int], int] = {}

    def replace(self, rules: tuple[FaultRule, ...]) -> None:
        """Write the file anew and count from nothing."""
        part = self.path.with_name(f"{self.path.name}.part")
        part.write_text(yaml.safe_dump([rule.model_dump(mode="json", exclude_unset=True) for rule in rules]), "utf-8")
        part.replace(self.path)
        self._seen.clear()

    def rules(self) -> tuple[FaultRule, ...]:
        """Return the rules in force. Raises BadFaultsError where the file is wrong."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._signature, self._rules = None, ()
            return ()
        signature = (found.st_mtime_ns, found.st_size, found.st_ino)
        if signature != self._signature:
            self._rules = read_rules(self.path.read_text("utf-8"))
            self._signature = signature
        return self._rules

    def silent(self) -> tuple[FaultRule, ...]:
        """Return the rules in force that have not fired yet."""
        return tuple(rule for rule, nth in _numbered(self.rules()) if self._seen.get((rule, nth), 0) <= rule.after)

    def fate(self, exchange: str, told: Told) -> Fate:
        """Return what befalls this call, and count it."""
        fired: dict[Behaviour, FaultRule] = {}
        outcome: FaultRule | None = None
        for rule, nth in _numbered(self.rules()):
            taken = outcome is not None if rule.behaviour in OUTCOMES else rule.behaviour in fired
            if taken or not rule.matches(exchange, told) or not self._is_on(rule, nth):
                continue
            if rule.behaviour in OUTCOMES:
                outcome = rule
            else:
                fired[rule.behaviour] = rule
        slow, again = fired.get(Behaviour.SLOW), fired.get(Behaviour.REPEATED)
        return Fate(
            outcome,
            slow_s=0 if slow is None else slow.delay_ms / 1000,
            again_ms=None if again is None else again.delay_ms,
            quirks=_quirks(fired),
        )

    def _is_on(self, rule: FaultRule, nth: int) -> bool:
        before = self._seen.get((rule, nth), 0)
        self._seen[rule, nth] = before + 1
        times, between = divmod(before - rule.after, rule.every)
        return times >= 0 and not between and (rule.count == "always" or times < rule.count)


def _numbered(rules: tuple[FaultRule, ...]) -> list[tuple[FaultRule, int]]:
    """Return each rule with how many like it come before: its count follows it through edits of the file."""
    return [(rule, rules[:place].count(rule)) for place, rule in enumerate(rules)]


def _quirks(fired: dict[Behaviour, FaultRule]) -> Quirks:
    partial, hidden = fired.get(Behaviour.PARTIAL), fired.get(Behaviour.HIDDEN)
    stale, withdrawal = fired.get(Behaviour.STALE_BALANCE), fired.get(Behaviour.WITHDRAWAL)
    return Quirks(
        fill_ratio=None if partial is None else partial.ratio,
        hide_ms=0 if hidden is None else hidden.delay_ms,
        stale_ms=0 if stale is None else stale.delay_ms,
        repeat_fills=Behaviour.REPEATED_FILLS in fired,
        withdrawal=None if withdrawal is None else withdrawal.end,
    )
