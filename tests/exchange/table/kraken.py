"""Kraken: a spot order and a withdrawal, which has no id, no expiry and no look-up."""

from allornone.testexchange.kraken.world import NAMED_ADDRESS
from tests.exchange.table.cell import Cell, Ends, Write
from tests.exchange.table.faults import CLOSING, LIMITED, LOOSE, PARTS, WITHDRAWN
from tests.exchange.table.legs import BUY_BTC, send_eth

WRITES = {
    # 0.02 bought at 50001, and a commission of 0.26 % of what was paid.
    "order": Write(
        BUY_BTC,
        {"kind": "order"},
        {"spot:BTC": "0.02", "spot:USDT": "-1002.620052"},
        "BTCUSDT",
    ),
    # The fee is in the amount.
    "withdraw": Write(
        send_eth(NAMED_ADDRESS, "Ethereum"),
        {"kind": "withdraw"},
        {"spot:ETH": "-1"},
    ),
}
ENDS = Ends("kraken", WRITES)
BOTH = tuple(WRITES)

CELLS: tuple[Cell, ...] = (
    # Executed, and the answer lost: an order is found by our id, a withdrawal by nobody.
    *(cell for fault in LOOSE for cell in ENDS.done(fault, "order")),
    *(cell for fault in LOOSE for cell in ENDS.seen_done(fault, "withdraw")),
    # Never executed, and nobody said so.
    *(cell for fault in LOOSE for cell in ENDS.done(f"{fault}_before", "order")),
    *(cell for fault in LOOSE for cell in ENDS.given_up(f"{fault}_before", "withdraw")),
    # `EService:Unavailable` and `EService:Busy` were seen on orders that were then there: unknown.
    *(cell for fault in ("unavailable", "overloaded") for cell in ENDS.done(fault, "order")),
    *(cell for fault in ("unavailable", "overloaded") for cell in ENDS.given_up(fault, "withdraw")),
    # Proven not sent: sent under the next reference.
    *(cell for fault in CLOSING for cell in ENDS.done(fault, "order")),
    *(cell for fault in LIMITED for cell in ENDS.done(fault, "withdraw")),
    *ENDS.done("nonce", *BOTH),
    # A page may be anybody's, and of money nothing else would show that it left.
    *ENDS.given_up("forbidden", "withdraw"),
    # `EService:Deadline elapsed` does not say who counted; only an order has a deadline.
    *ENDS.done("skewed", "order"),
    # On its way for a while. A withdrawal is never too late.
    *ENDS.done("late", "order"),
    *ENDS.done("too_late", "order"),
    *ENDS.seen_done("late", "withdraw"),
    *ENDS.seen_done("too_late", "withdraw"),
    # Refused.
    *ENDS.refused("no_funds", *BOTH),
    *ENDS.refused("bad_amount", *BOTH),
    *ENDS.refused("halted", *BOTH),
    *ENDS.refused("bad_key", *BOTH),
    *ENDS.refused("no_permission", *BOTH),
    *ENDS.done("duplicate", "order"),
    *ENDS.done("duplicate_before", "order"),
    # Answered after the client has gone, and reads that lag behind.
    *ENDS.done("slow", "order"),
    *ENDS.seen_done("slow", "withdraw"),
    *ENDS.done("hidden", *BOTH),
    *ENDS.done("lost_and_hidden", "order"),
    *ENDS.done("lost_and_long_hidden", "order"),
    *ENDS.done("stale_balance", *BOTH),
    # The second call has the first one's nonce.
    *ENDS.done("repeated", *BOTH),
    # A part is undone: 0.01 bought at 50001 and sold at 49999, with 0.26 % of each.
    ENDS.undone("partial", "order", {"spot:USDT": "-2.62"}),
    ENDS.undone("partial_and_lost", "order", {"spot:USDT": "-2.62"}),
    # The exchange lets go of it only when told to.
    *ENDS.seen_done("stuck_in_approval", "withdraw"),
    *ENDS.seen_done("stuck_in_processing", "withdraw"),
    *ENDS.refused("refunded", "withdraw"),
)

ABSENT: dict[str, str] = {
    **{f"{fault}-{write}": "an order is filled, not withdrawn" for fault in WITHDRAWN for write in ("order",)},
    **{f"{fault}-{write}": "money moves whole" for fault in PARTS for write in ("withdraw",)},
    "repeated_fills-order": "trades are asked for by their ids, and an object has no name twice",
    "repeated_fills-withdraw": "it has no trades",
    "duplicate-withdraw": "a withdrawal takes no id of ours",
    "duplicate_before-withdraw": "a withdrawal takes no id of ours",
    "skewed-withdraw": "a withdrawal takes no deadline, and a nonce is compared with nonces, not with a clock",
    "lost_and_hidden-withdraw": "nothing looks for a withdrawal whose answer was lost: it ends as `reset` does",
    "lost_and_long_hidden-withdraw": "nothing looks for a withdrawal whose answer was lost: it ends as `reset` does",
}
"""Faults that Kraken does not have, and why."""
