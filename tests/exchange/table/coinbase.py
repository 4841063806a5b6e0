"""Coinbase: a spot order, and a send, which is known by its `idem`."""

from tests.exchange.table.cell import Cell, Ends, Write
from tests.exchange.table.faults import CLOSING, LIMITED, LOOSE, PARTS, WITHDRAWN
from tests.exchange.table.legs import BUY_BTC, WALLET, send_eth

WRITES = {
    # 0.02 bought at 50001, and a commission of 0.6 % of what was paid.
    "order": Write(
        BUY_BTC,
        {"kind": "order"},
        {"spot:BTC": "0.02", "spot:USDT": "-1006.02012"},
        "BTC-USDT",
    ),
    # The network's fee comes on top.
    "withdraw": Write(
        send_eth(WALLET, "ethereum"),
        {"kind": "withdraw"},
        {"spot:ETH": "-1.0002"},
    ),
}
ENDS = Ends("coinbase", WRITES)
BOTH = tuple(WRITES)

CELLS: tuple[Cell, ...] = (
    # Executed, and the answer lost: found by our id.
    *(cell for fault in LOOSE for cell in ENDS.done(fault, *BOTH)),
    # Never executed, and nobody said so: an order is sent anew once it is fenced, money that leaves never is.
    *(cell for fault in LOOSE for cell in ENDS.done(f"{fault}_before", "order")),
    *(cell for fault in LOOSE for cell in ENDS.sent_anew(f"{fault}_before", "withdraw")),
    # A 5xx is unknown, whatever it says.
    *(cell for fault in ("unavailable", "overloaded") for cell in ENDS.done(fault, "order")),
    *(cell for fault in ("unavailable", "overloaded") for cell in ENDS.sent_anew(fault, "withdraw")),
    # Proven not sent: sent under the next reference.
    *(cell for fault in CLOSING for cell in ENDS.done(fault, "order")),
    *(cell for fault in LIMITED for cell in ENDS.done(fault, "withdraw")),
    # A page may be anybody's, and of money nothing else would show that it left.
    *ENDS.sent_anew("forbidden", "withdraw"),
    # A token that is over is answered as a wrong one is.
    *ENDS.refused("skewed", *BOTH),
    # On its way for a while: in time, and after its time.
    *ENDS.done("late", *BOTH),
    *ENDS.done("too_late", "order"),
    *ENDS.sent_anew("too_late", "withdraw"),
    # Refused.
    *ENDS.refused("no_funds", *BOTH),
    *ENDS.refused("bad_amount", *BOTH),
    *ENDS.refused("halted", *BOTH),
    *ENDS.refused("bad_key", *BOTH),
    *ENDS.refused("no_permission", *BOTH),
    *ENDS.done("duplicate", "order"),
    *ENDS.done("duplicate_before", "order"),
    # Answered after the client has gone, and reads that lag behind.
    *ENDS.done("slow", *BOTH),
    *ENDS.done("hidden", *BOTH),
    *ENDS.done("lost_and_hidden", *BOTH),
    *ENDS.done("lost_and_long_hidden", *BOTH),
    *ENDS.done("stale_balance", *BOTH),
    *ENDS.done("repeated_fills", "order"),
    # The second call shows what the first one did.
    *ENDS.done("repeated", *BOTH),
    # A part is undone: 0.01 bought at 50001 and sold at 49999, with 0.6 % of each.
    ENDS.undone("partial", "order", {"spot:USDT": "-6.02"}),
    ENDS.undone("partial_and_lost", "order", {"spot:USDT": "-6.02"}),
    # The exchange lets go of it only when told to.
    *ENDS.seen_done("stuck_in_approval", "withdraw"),
    *ENDS.seen_done("stuck_in_processing", "withdraw"),
    *ENDS.refused("refunded", "withdraw"),
)

ABSENT: dict[str, str] = {
    **{f"{fault}-{write}": "an order is filled, not withdrawn" for fault in WITHDRAWN for write in ("order",)},
    **{f"{fault}-{write}": "money moves whole" for fault in PARTS for write in ("withdraw",)},
    "repeated_fills-withdraw": "it has no trades",
    **{f"nonce-{write}": "a request carries a token with a time, and no nonce" for write in BOTH},
    "duplicate-withdraw": "a second send of an `idem` is answered with the first: no error tells of it",
    "duplicate_before-withdraw": "a second send of an `idem` is answered with the first: no error tells of it",
}
"""Faults that Coinbase does not have, and why."""
