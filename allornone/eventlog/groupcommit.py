"""One sync for everybody who waits: callers that arrive while the disk works are the next batch."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from allornone.eventlog.journal import Journal

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Ticket:
    """One caller's work under the lock, and the answer it is owed once that is on disk."""

    work: Callable[[], Any]
    future: Future[Any] = field(default_factory=Future[Any])
    answer: Any = None
    failure: Exception | None = None

    def run(self) -> None:
        """Do the work and keep what came of it."""
        try:
            self.answer = self.work()
        except Exception as error:  # noqa: BLE001 (it belongs to this caller alone, and is raised there)
            self.failure = error

    def resolve(self) -> None:
        """Tell the caller."""
        if self.failure is not None:
            self.future.set_exception(self.failure)
        else:
            self.future.set_result(self.answer)


class GroupCommit:
    """The one thread in which a process does the file work of a log."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: deque[Ticket] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="eventlog")

    def submit(self, work: Callable[[], Answer]) -> Future[Answer]:
        """Do `work` under the journal's lock; the future has its answer when everything it saw is on disk.

        A caller that gives up before its turn has written nothing.
        """
        ticket = Ticket(work)
        self._waiting.append(ticket)
        self._thread.submit(self._commit_waiting)
        return ticket.future

    def _commit_waiting(self) -> None:
        batch = self._take()
        if not batch:
            return
        try:
            self._commit(batch)
        except Exception as error:  # noqa: BLE001 (without the lock, or without the sync, nobody may have an answer)
            for ticket in batch:
                ticket.failure = error
        for ticket in batch:
            ticket.resolve()

    def _take(self) -> list[Ticket]:
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        return [ticket for ticket in taken if ticket.future.set_running_or_notify_cancel()]

    def _commit(self, batch: list[Ticket]) -> None:
        with self._journal.locked():
            for ticket in batch:
                ticket.run()
        # Outside the lock, so that a process that stalls in the disk does not stop the others.
        self._journal.sync()
