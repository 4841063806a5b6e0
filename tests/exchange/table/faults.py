"""What is done to a write, by the fault's name."""

from typing import Any

LOOSE = ("hang", "reset", "half_body", "unreadable", "bad_gateway", "timeout", "unknown_error", "unexpected")
LIMITED = ("rate_limited", "banned")
"""Told in the exchange's own words."""
CLOSING = ("forbidden", *LIMITED)
"""The account asks nothing for a while, whichever write was told so."""
PARTS = ("partial", "partial_and_lost")
WITHDRAWN = ("stuck_in_approval", "stuck_in_processing", "refunded")

RULES: dict[str, tuple[dict[str, Any], ...]] = {
    **{name: ({"behaviour": name},) for name in LOOSE},
    **{f"{name}_before": ({"behaviour": name, "executed": False},) for name in LOOSE},
    "unavailable": ({"behaviour": "unavailable"},),
    "overloaded": ({"behaviour": "overloaded"},),
    **{name: ({"behaviour": name, "delay_s": "1"},) for name in CLOSING},
    "late": ({"behaviour": "late", "delay_s": "10"},),
    "too_late": ({"behaviour": "late", "delay_s": "45"},),
    "skewed": ({"behaviour": "refuse", "reason": "outside_window"},),
    "nonce": ({"behaviour": "refuse", "reason": "nonce"},),
    "no_funds": ({"behaviour": "refuse", "reason": "insufficient"},),
    "bad_amount": ({"behaviour": "refuse", "reason": "amount"},),
    "halted": ({"behaviour": "refuse", "reason": "halted"},),
    "bad_key": ({"behaviour": "refuse", "reason": "bad_key"},),
    "no_permission": ({"behaviour": "refuse", "reason": "no_permission"},),
    "duplicate": ({"behaviour": "duplicate"},),
    "duplicate_before": ({"behaviour": "duplicate", "executed": False},),
    "slow": ({"behaviour": "slow", "delay_s": "12"},),
    "hidden": ({"behaviour": "hidden", "delay_s": "6"},),
    "lost_and_hidden": ({"behaviour": "reset"}, {"behaviour": "hidden", "delay_s": "6"}),
    # Longer than a send's window and a few looks: who concludes at its end that nothing is there sends it twice.
    "lost_and_long_hidden": ({"behaviour": "reset"}, {"behaviour": "hidden", "delay_s": "75"}),
    "partial": ({"behaviour": "partial", "ratio": "0.5"},),
    "partial_and_lost": ({"behaviour": "partial", "ratio": "0.5"}, {"behaviour": "reset"}),
    "repeated": ({"behaviour": "repeated", "delay_s": "0"},),
    "repeated_fills": ({"behaviour": "reset"}, {"kind": "trades", "behaviour": "repeated_fills", "count": "always"}),
    "stale_balance": ({"behaviour": "stale_balance", "delay_s": "20"},),
    "stuck_in_approval": ({"behaviour": "withdrawal", "end": "approval"},),
    "stuck_in_processing": ({"behaviour": "withdrawal", "end": "processing"},),
    "refunded": ({"behaviour": "withdrawal", "end": "failure"},),
}
"""What is done to a write, by the fault's name. Each rule fires at its first call only."""
