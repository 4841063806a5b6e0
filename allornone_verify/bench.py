"""Where verdicts are kept: each invariant's judges are called for each group, and what they find is counted."""

from collections.abc import Iterator
from dataclasses import replace

from allornone_verify.breaks import Break
from allornone_verify.coverage import NO_GROUP, Coverage, lacks_of
from allornone_verify.registry import INVARIANTS, Invariant, Judge
from allornone_verify.report import Report, Verdict
from allornone_verify.request import Request
from allornone_verify.story import Story

UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError, IndexError)
"""What a record raises that is whole and chained, and yet not what a record says."""

OPENING = "no opening balances: `quotes.yaml` beside the ledger has none"
ONE_GROUP = "needs every group; one was asked for"
NO_LINE = "the log is empty"
OF_ALL = {
    "S3": "what belongs to no group was not looked for: one group was asked for",
    "S13": "the ledgers' own sums were not looked at: one group was asked for",
    "L7": "workflows without a record were not looked for: one group was asked for",
}
"""What these rules also say of everything together."""


class Bench:
    """The verdicts, while they are being made."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._verdicts = {each.name: Verdict(each.name, each.title) for each in INVARIANTS}
        self._coverage = {each.name: Coverage() for each in INVARIANTS if each.judges}
        self._without: dict[str, str] = {}
        self._openings: list[bool] = []
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

    def opened(self, *, known: bool) -> None:
        """Count a ledger, and whether its opening balances are known."""
        self._openings.append(known)

    def found(self, invariant: str, found: Break) -> None:
        """Count a break."""
        self._verdicts[invariant].add(found)

    def judge(self, story: Story) -> None:
        """Judge one group by every invariant whose witnesses are there."""
        self._count(story)
        lacks = lacks_of(story, self._without)
        for invariant in INVARIANTS:
            if invariant.judges:
                owed = story.end is None or not invariant.of_open
                self._coverage[invariant.name].note(*(lacks.of(invariant) if owed else ("", "")))
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
        """Return the report, with each invariant that was not checked, or only in part, saying why."""
        for invariant in INVARIANTS:
            verdict, coverage = self._verdicts[invariant.name], self._coverage.get(invariant.name)
            verdict.looked_at = coverage.whole if coverage is not None else 0
            unchecked = self._unchecked(invariant, coverage)
            verdict.reason = unchecked or self._left_out(invariant, coverage)
            if verdict.state == "held" and verdict.reason:
                verdict.state = "not checked" if unchecked else "held in part"
        return self.report

    def _unchecked(self, invariant: Invariant, coverage: Coverage | None) -> str:
        """Say why nothing was looked at, empty where something was."""
        lacks = self._lacks(invariant)
        if invariant.unchecked or lacks:
            return invariant.unchecked or lacks or ""
        if invariant.name == "S14":
            return ONE_GROUP if self._request.group_id is not None else "" if any(self._openings) else OPENING
        if coverage is None:
            return NO_LINE if "J" in invariant.needs and not self.report.records else ""
        if not self.report.groups:
            return NO_GROUP
        return coverage.reason if not coverage.looked else ""

    def _left_out(self, invariant: Invariant, coverage: Coverage | None) -> str:
        """Say what was not looked at, empty where all was."""
        parts = [coverage.reason] if coverage is not None else []
        if invariant.name == "S14" and not all(self._openings):
            parts.append(f"opening balances are known of {sum(self._openings)} of {len(self._openings)} ledgers")
        if self._request.group_id is not None:
            parts.append(OF_ALL.get(invariant.name, ""))
        return "; ".join(filter(None, parts))


def _safely(judge: Judge, story: Story) -> Iterator[Break]:
    """Judge, and take a record that cannot be judged for what it is: a break, and no traceback."""
    try:
        yield from judge(story)
    except UNREADABLE as error:
        place = story.records[0].place if story.records else ""
        yield Break(f"a record of the group cannot be judged: {type(error).__name__} {error}", place=place)
