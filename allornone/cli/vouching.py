"""What an operator vouches for on the command line, and what is wrong with it in the words of the options."""

import re

from allornone.core.advice import AMOUNT
from allornone.errors import BadGroupError

OPTIONS = {
    "actual_deltas": "--delta",
    "client_ref": "--ref",
    "operation_id": "--operation",
    "executed_amount": "--amount",
    "evidence": "--evidence",
    "reason": "--reason",
    "actor": "--actor",
    "command_id": "--command-id",
}
"""By field of a command: the option that gives it."""
_FIELD = re.compile(rf"\b({'|'.join(OPTIONS)})\b")


def in_options(text: str) -> str:
    """Return a complaint about a command with the options' names in place of the fields'."""
    return _FIELD.sub(lambda found: OPTIONS[found[0]], text)


def delta(text: str) -> tuple[str, str]:
    """Return key and amount of one `--delta`. Raises BadGroupError."""
    key, equals, amount = text.rpartition("=")
    if not equals:
        raise BadGroupError(f"--delta must be key=amount such as binance:ETH=-1, was {text!r}")
    if amount == AMOUNT:
        raise BadGroupError(f"--delta {key}={AMOUNT}: write what the venue shows in place of {AMOUNT}, with its sign")
    return key, amount
