"""An answer small enough for Temporal: the log keeps the whole, the history what decisions need."""

from allornone.core.answer import Answer

ANSWER_MAX_BYTES = 100_000
"""Far below Temporal's 2 MiB: past that a result fails its activity after the venue has acted."""


def capped(answer: Answer) -> Answer:
    """Return the answer without a venue's own details and fills where they are too many."""
    size = len(answer.model_dump_json())
    handshake = answer.handshake
    if handshake is None or size <= ANSWER_MAX_BYTES:
        return answer
    left_out = {"left_out": f"{size} bytes; the event log has them"}
    evidence = handshake.evidence.model_copy(update={"fills": (), "venue_ids": handshake.evidence.venue_ids[:10]})
    small = handshake.model_copy(update={"execution_details": left_out, "evidence": evidence})
    return answer.model_copy(update={"handshake": small})
