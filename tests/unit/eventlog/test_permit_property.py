"""Whatever the order and whoever asks: one permit a reference."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from allornone.eventlog.jsonl import JsonlEventLog
from allornone.eventlog.trace import PermitState
from allornone.eventlog.verification import Verification
from tests.unit.eventlog.story import intent, operation, revocation

Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["intend", "revoke", "confirmed", "failed"]),
        st.integers(0, 1),  # which of two writers
        st.integers(0, 6),  # what it knows
    ),
    max_size=12,
)


async def play(directory: Path, steps: list[Step]) -> list[PermitState]:
    writers = JsonlEventLog(directory), JsonlEventLog(directory)
    return [state for step in steps if (state := await act(writers[step[1]], step)) is not None]


async def act(log: JsonlEventLog, step: Step) -> PermitState | None:
    deed, _, known_seq = step
    if deed == "intend":
        return (await log.intend(intent(), known_seq)).state
    if deed == "revoke":
        await log.revoke(revocation(), known_seq)
    else:
        await log.record((operation(deed),), known_seq)
    return None


def allowed(steps: list[Step]) -> int:
    """An intent is written when the first of these deeds that counts is the intent."""
    deeds = [deed for deed, _, _ in steps if deed in {"intend", "revoke"}]
    return 1 if deeds[:1] == ["intend"] else 0


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_any_interleaving_writes_at_most_one_permit(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        states = asyncio.run(play(Path(directory), steps))
        problems = list(Verification(Path(directory)).problems())

    assert states.count(PermitState.WRITTEN) == allowed(steps)
    assert problems == []
