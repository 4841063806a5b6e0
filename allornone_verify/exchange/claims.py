"""Which venues of the log are which exchange's books: by the ids that both have, else by the only ones that fit."""

from collections.abc import Sequence

from allornone_verify.exchange.ledger import ExchangeLedger
from allornone_verify.permits import UNNAMED, WAY_IN, Permits


def claim(ledgers: Sequence[ExchangeLedger], permits: Permits) -> None:
    """Give each ledger the venue names that it is witness of.

    A name that was given with the books is that. Else it is whoever's ids the books have. A venue of which no books
    have anything belongs to the one exchange of its kind that is nobody's yet, where there is no choice.
    """
    open_bases = {venue.partition(".")[0]: WAY_IN for venue in permits.ways_in()}
    open_bases |= {venue.partition(".")[0]: kind for venue, kind in permits.exchanges().items()}
    for ledger in ledgers:
        named = ledger.given in open_bases and _is_of(ledger, ledger.given, open_bases[ledger.given])
        ledger.bases = {ledger.given} if named else ledger.claims()
    for ledger in ledgers:
        for base in ledger.bases:
            open_bases.pop(base, None)
    for base, kind in open_bases.items():
        free = [ledger for ledger in ledgers if not ledger.bases and _is_of(ledger, base, kind)]
        rivals = [other for other, its in open_bases.items() if its == kind]
        if len(free) == 1 and (base == free[0].exchange or (rivals == [base] and kind != UNNAMED)):
            free[0].bases = {base}


def _is_of(ledger: ExchangeLedger, base: str, kind: str) -> bool:
    if kind == WAY_IN:  # it shows no exchange's form: only the name is left
        return ledger.exchange == base
    return kind in {ledger.exchange, UNNAMED}
