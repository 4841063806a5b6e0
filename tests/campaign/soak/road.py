"""What befalls each call on its way to a venue: drawn by the seed, the reference and how often it was asked."""

import random
from collections import Counter
from typing import Any

from tests.campaign.rig.gate import Draw, Mischief

SENDS = (
    (0.04, Mischief.LOSE_REQUEST),
    (0.05, Mischief.LOSE_ANSWER),
    (0.02, Mischief.SERVER_ERROR),
    (0.03, Mischief.SERVER_ERROR_AFTER),
    (0.02, Mischief.GARBLED),
    (0.03, Mischief.TURNED_AWAY),
    (0.03, Mischief.LATE),
)
LOOKS = ((0.04, Mischief.SERVER_ERROR), (0.03, Mischief.LOSE_ANSWER), (0.02, Mischief.GARBLED))
PREPARES = ((0.02, Mischief.SERVER_ERROR), (0.02, Mischief.LOSE_ANSWER))
_CALLS = {"execute": SENDS, "lookup": LOOKS, "recall": LOOKS, "prepare": PREPARES}


def mischief(seed: int) -> Draw:
    """Return how the road behaves under this seed."""
    asked: Counter[tuple[str, str]] = Counter()

    def draw(call: str, request: dict[str, Any]) -> Mischief | None:
        ref: str = request["client_ref"]
        asked[call, ref] += 1
        roll = random.Random(f"{seed} {call} {ref} {asked[call, ref]}").random()  # noqa: S311 (reproducible)
        for share, what in _CALLS.get(call, ()):
            if roll < share:
                return what
            roll -= share
        return None

    return draw
