"""The check itself: take the witnesses at one moment, go through them group by group, judge each."""

import time
from collections.abc import Iterator
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from allornone_verify.amounts import Moves, summed
from allornone_verify.bank import audit
from allornone_verify.bench import Bench
from allornone_verify.breaks import Break
from allornone_verify.exchange.books import read_books
from allornone_verify.exchange.ledger import ExchangeLedger
from allornone_verify.fields import fields_of
from allornone_verify.holdings import moves_of
from allornone_verify.journal import Journal
from allornone_verify.ledger import Ledger, LedgerError, Order
from allornone_verify.paper import PaperLedger
from allornone_verify.report import Report
from allornone_verify.request import ExchangeFile, Request
from allornone_verify.runs import Run
from allornone_verify.server import Histories, ServerError
from allornone_verify.story import Story
from allornone_verify.witnesses import Witnesses

AT_ONCE = 200
"""Groups whose histories are held at one time."""


async def examine(request: Request) -> Report:
    """Check an installation. Writes nothing, takes no lock, and may run while workers do."""
    begun = time.monotonic()
    check = _Check(request)
    try:
        check.open()
        await check.run()
    finally:
        check.close()
    check.bench.report.seconds = time.monotonic() - begun
    return check.bench.finished()


class _Check:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._journal = Journal(request.log_dir)
        self._witnesses = Witnesses(self._journal.permits)
        self._histories = Histories(request.client) if request.client is not None else None
        self.bench = Bench(request)

    def open(self) -> None:
        """Take the witnesses: the log before, the ledgers, the log after. Histories come later still."""
        self._journal.begin()
        for number, path in enumerate(self._request.ledgers):
            self._open_ledger(path, number)
        for file in self._request.exchanges:
            self._open_exchanges(file)
        self._journal.open()

    def _open_ledger(self, path: Path, number: int) -> None:
        try:
            self._witnesses.add_paper(PaperLedger(path, number))
        except LedgerError as error:
            self.bench.no_ledger(str(error))

    def _open_exchanges(self, file: ExchangeFile) -> None:
        try:
            for books in read_books(file.path):
                number = len(self._request.ledgers) + len(self._witnesses.all)
                ledger = ExchangeLedger(
                    books, self._journal.permits, number, given=file.venue, skew_s=self._request.skew_s
                )
                self._witnesses.add_exchange(ledger)
        except LedgerError as error:
            self.bench.no_ledger(str(error))

    def close(self) -> None:
        """Let go of every file."""
        self._journal.close()
        for ledger in self._witnesses.all:
            ledger.close()

    async def run(self) -> None:
        """Judge the log as a whole, the ledgers as a whole, and then each group."""
        for invariant, found in self._journal.scan():
            self.bench.found(invariant, found)
        self.bench.report.records = self._journal.lines
        self._witnesses.settle()
        self.bench.report.witnesses = self._witnesses.told()
        if self._request.group_id is None:
            self._audit()
        groups = self._groups()
        while batch := list(islice(groups, AT_ONCE)):
            histories = await self._runs([group_id for group_id, _ in batch])
            if histories:
                self._journal.look_again()
            for group_id, orders in batch:
                self.bench.judge(self._story(group_id, orders, histories.get(group_id)))
        await self._unknown_to_the_log()

    def _audit(self) -> None:
        for ledger in self._witnesses.all:
            try:
                if any(True for _ in ledger.effects()):
                    self.bench.opened(known=ledger.opening() is not None)
                for invariant, found in audit(ledger):
                    self.bench.found(invariant, found)
            except (LedgerError, ValueError, TypeError) as error:
                self.bench.no_ledger(str(error))

    def _groups(self) -> Iterator[tuple[str, tuple[Order, ...]]]:
        """Yield each group that the log or a ledger knows, in order, with its orders."""
        only = self._request.group_id
        known = [group_id for group_id in self._journal.groups() if only in {None, group_id}]
        empty: Iterator[tuple[str, tuple[Order, ...]]] = ((group_id, ()) for group_id in known)
        streams = [self._orders(ledger) for ledger in self._witnesses.all]
        for group_id, found in groupby(merge(empty, *streams, key=itemgetter(0)), key=itemgetter(0)):
            yield group_id, tuple(order for _, orders in found for order in orders)

    def _orders(self, ledger: Ledger) -> Iterator[tuple[str, tuple[Order, ...]]]:
        try:
            yield from ledger.groups(self._request.group_id)
        except (LedgerError, ValueError, TypeError) as error:
            self.bench.no_ledger(str(error))

    def _story(self, group_id: str, orders: tuple[Order, ...], runs: tuple[Run, ...] | None) -> Story:
        story = Story(
            group_id=group_id,
            records=self._journal.records(group_id),
            orders=orders,
            runs=runs,
            moving=self._journal.is_moving(group_id),
            skew_s=self._request.skew_s,
            newest=self._journal.newest,
            known=self._journal.knows,
            lateness_s=self._witnesses.lateness_s if self._witnesses.all else None,
            witnessed=lambda venue: self._witnesses.of(venue) is not None,
        )
        story.origin = self._origin(story)
        return story

    def _origin(self, story: Story) -> Moves:
        """Return the effect that a late run is about, as the group that it is of has recorded it."""
        parent = fields_of(story.plan.get("metadata")).get("late_of")
        origin: Moves = {}
        for record in self._journal.records(parent) if isinstance(parent, str) else ():
            if record.kind == "late_effect" and record.facts.get("late_group") == story.group_id:
                origin = summed(origin, moves_of(record.facts["new"]))
        return origin

    async def _runs(self, groups: list[str]) -> dict[str, tuple[Run, ...]]:
        if self._histories is None:
            return {}
        try:
            return await self._histories.of(groups)
        except (ServerError, ValueError) as error:
            self._histories = None
            self.bench.no_server(str(error))
            return {}

    async def _unknown_to_the_log(self) -> None:
        """Find workflows that completed, and of which the log has not one record."""
        queue = self._request.task_queue
        if self._histories is None or self._request.group_id is not None or queue is None:
            return
        try:
            listed = [each async for each in self._histories.listed(queue) if each.status == "completed"]
        except ServerError as error:
            self.bench.no_server(str(error))
            return
        self._journal.look_again()
        for each in listed:
            if not self._journal.knows(each.group_id) and not self._journal.is_moving(each.group_id):
                found = "its workflow completed, and the log has not one record of it"
                self.bench.found("L7", Break(found, group=each.group_id, place=f"workflow {each.group_id}"))
