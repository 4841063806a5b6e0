"""Where verdicts are kept: each invariant's judges are called for each group, and what they find is counted."""

from collections.abc import Iterator
from dataclasses import replace

from allornone_verify.breaks import Break
from allornone_verify.registry import INVARIANTS, Invariant, Judge
from allornone_verify.report import Report, Verdict
from allornone_verify.request import Request
from allornone_verify.story import Story

UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError, IndexError)
"""What a record raises that is whole and chained, and yet not what a record says."""

OPENING = "no opening balances: `quotes.yaml` beside the ledger has none"
ONE_GROUP = "needs every group; one was asked for"


class Bench:
    """The verdicts, while they are being made."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._verdicts = {each.name: Verdict(each.name, each.title) for each in INVARIANTS}
        self._without: dict[str, str] = {}
        self.opening_known = False
        self.report = Report(list(self._verdicts.values()))
        if not request.ledgers and not request.exchanges:
            self._without["V"] = "no ledger was given"
        if request.client is None:
            self._without["H"] = request.no_client

    def no_ledger(self, why: str) -> None:
        """Count a ledger that cannot be read, and judge by the other witnesses."""
        self.found("V", Break(why))
        self._without["V"] = f"a ledger cannot be read: {why}"

    def no_server(self, why: str) -> None:
        """Judge by the other witnesses from here on."""
        self._without.setdefault("H", why)

    def found(self, invariant: str, found: Break) -> None:
        """Count a break."""
        self._verdicts[invariant].add(found)

    def judge(self, story: Story) -> None:
        """Judge one group by every invariant whose witnesses are there."""
        story.has_ledger = "V" not in self._without
        self._count(story)
        for invariant in INVARIANTS:
            if self._lacks(invariant) is None:
                for judge in invariant.judges:
                    for found in _safely(judge, story):
                        self.found(invariant.name, replace(found, group=story.group_id))

    def _count(self, story: Story) -> None:
        self.report.groups += 1
        self.report.open_groups += bool(story.records) and story.end is None
        self.report.moving_groups += story.moving
        self.report.orders += len(story.orders)
        self.report.histories += bool(story.runs)

    def _lacks(self, invariant: Invariant) -> str | None:
        return next((self._without[need] for need in invariant.needs if need in self._without), None)

    def finished(self) -> Report:
        """Return the report, with each invariant that was not checked saying why."""
        for invariant in INVARIANTS:
            verdict, why = self._verdicts[invariant.name], self._unchecked(invariant)
            if why and verdict.state == "held":
                verdict.state, verdict.reason = "not checked", why
        return self.report

    def _unchecked(self, invariant: Invariant) -> str:
        lacks = self._lacks(invariant)
        if invariant.unchecked or lacks:
            return invariant.unchecked or lacks or ""
        if "H" in invariant.needs and not self.report.histories and self.report.groups:
            return "the server knows none of these groups"
        if invariant.name == "S14" and self._request.group_id is not None:
            return ONE_GROUP
        if invariant.name == "S14" and not self.opening_known:
            return OPENING
        return ""


def _safely(judge: Judge, story: Story) -> Iterator[Break]:
    """Judge, and take a record that cannot be judged for what it is: a break, and no traceback."""
    try:
        yield from judge(story)
    except UNREADABLE as error:
        place = story.records[0].place if story.records else ""
        yield Break(f"a record of the group cannot be judged: {type(error).__name__} {error}", place=place)
