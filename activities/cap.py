"""An answer small enough for Temporal: the log keeps the whole, the history what decisions need."""

from collections.abc import Mapping
from typing import Any

from allornone.core.answer import Answer

ANSWER_MAX_BYTES = 100_000
"""Far below Temporal's 2 MiB: past that a result fails its activity after the venue has acted."""

FACTS_MAX = 64
FACT_MAX_CHARS = 200
"""What a fact may be that an undo is sized by: a market's step, a minimum, a price. A list of fills is none."""


def facts_of(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the single values among a venue's details, each as it was: an undo may be sized by any of them."""
    single = [(name, fact) for name, fact in details.items() if isinstance(fact, str | int | float)]
    short = [(name, fact) for name, fact in single if len(name) + len(str(fact)) <= FACT_MAX_CHARS]
    return dict(short[:FACTS_MAX])


def capped(answer: Answer) -> Answer:
    """Return the answer without the lists of a venue's details and without its fills where they are too many."""
    size = len(answer.model_dump_json())
    handshake = answer.handshake
    if handshake is None or size <= ANSWER_MAX_BYTES:
        return answer
    details = {**facts_of(handshake.execution_details), "left_out": f"{size} bytes; the event log has them"}
    evidence = handshake.evidence.model_copy(update={"fills": (), "venue_ids": handshake.evidence.venue_ids[:10]})
    small = handshake.model_copy(update={"execution_details": details, "evidence": evidence})
    return answer.model_copy(update={"handshake": small})
