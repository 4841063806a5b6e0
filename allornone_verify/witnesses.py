"""Which ledger is witness of which venue: an exchange's books of its own, the paper ledger of every other."""

from collections.abc import Sequence

from allornone_verify.exchange.claims import claim
from allornone_verify.exchange.ledger import ExchangeLedger
from allornone_verify.ledger import Ledger, LedgerError
from allornone_verify.paper import PaperLedger
from allornone_verify.permits import Permits
from allornone_verify.report import NOTHING


class Witnesses:
    """The ledgers. Asked about venues only once the log is read and they are `settled`."""

    def __init__(self, permits: Permits) -> None:
        self._permits = permits
        self._papers: list[PaperLedger] = []
        self._exchanges: list[ExchangeLedger] = []

    @property
    def all(self) -> Sequence[Ledger]:
        """Every ledger."""
        return (*self._papers, *self._exchanges)

    def add_paper(self, ledger: PaperLedger) -> None:
        """Take in a paper ledger."""
        self._papers.append(ledger)

    def add_exchange(self, ledger: ExchangeLedger) -> None:
        """Take in an exchange's books."""
        self._exchanges.append(ledger)

    def settle(self) -> None:
        """Find out which venues are which exchange's, now that the log is read."""
        claim(self._exchanges, self._permits)

    def of(self, venue: str) -> Ledger | None:
        """Return the ledger of a venue, None where there is none."""
        if self._permits.venues.get(venue) is not None:
            return next((ledger for ledger in self._exchanges if ledger.witnesses(venue)), None)
        return next(iter(self._papers), None)

    def lateness_s(self, venue: str, operation_type: str) -> float | None:
        """Return how long after an expiry a venue may still act, by its ledger. Raises LedgerError without one."""
        ledger = self.of(venue)
        if ledger is None:
            raise LedgerError(f"no ledger is witness of {venue}")
        return ledger.lateness_s(venue, operation_type)

    def told(self) -> dict[str, str]:
        """Return by venue what is witness of it."""
        found = {venue: self.of(venue) for venue in sorted(self._permits.venues)}
        return {venue: NOTHING if ledger is None else ledger.label for venue, ledger in found.items()}
