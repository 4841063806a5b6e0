"""Binance: a spot order, a USD-M order, a withdrawal and a transfer between its wallets."""

from tests.exchange.table.cell import Cell, Ends, Write
from tests.exchange.table.faults import CLOSING, LIMITED, LOOSE, PARTS, WITHDRAWN
from tests.exchange.table.legs import BUY_BTC, WALLET, send_eth
from tests.plans import leg

SHORT_ETH = leg(
    "contract",
    "perp_trade",
    "{}.usdm>{}.usdm",
    "USDT>ETHUSDT",
    {"{}.usdm:ETHUSDT": "-1"},
    pair="ETH/USDT",
    side="sell",
)
MOVE_USDC = leg(
    "transfer",
    "transfer",
    "{}>{}.usdm",
    "USDC>USDC",
    {"{}:USDC": "-1000", "{}.usdm:USDC": "1000"},
    amount="1000",
)
WRITES = {
    # 0.02 bought at 50001, and a commission of 0.1 % of what came.
    "order": Write(
        BUY_BTC, {"kind": "order", "symbol": "BTCUSDT"}, {"spot:BTC": "0.01998", "spot:USDT": "-1000.02"}, "BTCUSDT"
    ),
    # Sold at 1999.9, and 0.05 % of that.
    "contract": Write(
        SHORT_ETH,
        {"kind": "order", "symbol": "ETHUSDT"},
        {"usdm:USDT": "-0.99995", "usdm:ETHUSDT": "-1"},
        "ETHUSDT.P",
    ),
    "withdraw": Write(send_eth(WALLET, "ETH"), {"kind": "withdraw"}, {"spot:ETH": "-1"}),
    "transfer": Write(MOVE_USDC, {"kind": "transfer"}, {"spot:USDC": "-1000", "usdm:USDC": "1000"}),
}
ENDS = Ends("binance", WRITES)

TRADES = ("order", "contract")
ALL = (*TRADES, "withdraw", "transfer")

CELLS: tuple[Cell, ...] = (
    # Executed, and the answer lost: found by our id, or by nobody.
    *(cell for fault in LOOSE for cell in ENDS.done(fault, *TRADES, "withdraw")),
    *(cell for fault in LOOSE for cell in ENDS.seen_done(fault, "transfer")),
    # Never executed, and nobody said so: an order is sent anew once it is fenced, money that leaves never is.
    *(cell for fault in LOOSE for cell in ENDS.done(f"{fault}_before", *TRADES)),
    *(cell for fault in LOOSE for cell in ENDS.sent_anew(f"{fault}_before", "withdraw")),
    *(cell for fault in LOOSE for cell in ENDS.given_up(f"{fault}_before", "transfer")),
    # A 5xx is unknown at spot and wallet, whatever it says; USD-M documents these two as failures.
    *(cell for fault in ("unavailable", "overloaded") for cell in ENDS.done(fault, *TRADES)),
    *(cell for fault in ("unavailable", "overloaded") for cell in ENDS.sent_anew(fault, "withdraw")),
    *(cell for fault in ("unavailable", "overloaded") for cell in ENDS.given_up(fault, "transfer")),
    # Proven not sent: sent under the next reference. A transfer that was taken waits for its row until silence is over.
    *(cell for fault in CLOSING for cell in ENDS.done(fault, *TRADES)),
    *(cell for fault in LIMITED for cell in ENDS.done(fault, "withdraw", "transfer")),
    # A page may be anybody's, and of money nothing else would show that it left.
    *ENDS.sent_anew("forbidden", "withdraw"),
    *ENDS.given_up("forbidden", "transfer"),
    *ENDS.done("skewed", *ALL),
    # On its way for a while: in time, and after its time.
    *ENDS.done("late", *TRADES, "withdraw"),
    *ENDS.seen_done("late", "transfer"),
    *ENDS.done("too_late", *TRADES),
    *ENDS.sent_anew("too_late", "withdraw"),
    *ENDS.given_up("too_late", "transfer"),
    # Refused.
    *ENDS.refused("no_funds", *ALL),
    *ENDS.refused("bad_amount", *ALL),
    *ENDS.refused("halted", *TRADES, "withdraw"),
    *ENDS.refused("bad_key", *ALL),
    *ENDS.refused("no_permission", *ALL),
    # Only orders have an id that can be in use.
    *ENDS.done("duplicate", *TRADES),
    *ENDS.done("duplicate_before", *TRADES),
    # Answered after the client has gone, and reads that lag behind.
    *ENDS.done("slow", *TRADES, "withdraw"),
    *ENDS.seen_done("slow", "transfer"),
    *ENDS.done("hidden", *ALL),
    *ENDS.done("lost_and_hidden", *TRADES, "withdraw"),
    *ENDS.done("lost_and_long_hidden", *TRADES, "withdraw"),
    *ENDS.done("stale_balance", *ALL),
    *ENDS.done("repeated_fills", *TRADES),
    # A part is undone: 0.01 bought at 50001, 0.00999 sold at 49999 less 0.1 %; half a contract, both ways.
    ENDS.undone("partial", "order", {"spot:USDT": "-1.01948001"}),
    ENDS.undone("partial_and_lost", "order", {"spot:USDT": "-1.01948001"}),
    ENDS.undone("partial", "contract", {"usdm:USDT": "-1.1"}),
    ENDS.undone("partial_and_lost", "contract", {"usdm:USDT": "-1.1"}),
    # The exchange lets go of it only when told to.
    *ENDS.seen_done("stuck_in_approval", "withdraw"),
    *ENDS.seen_done("stuck_in_processing", "withdraw"),
    *ENDS.refused("refunded", "withdraw"),
)
ABSENT: dict[str, str] = {
    **{
        f"{fault}-{write}": "an order is filled, not withdrawn"
        for fault in WITHDRAWN
        for write in ("order", "contract")
    },
    **{f"{fault}-{write}": "money moves whole" for fault in PARTS for write in ("withdraw", "transfer")},
    **{f"{fault}-transfer": "a transfer has no state to be stuck in" for fault in WITHDRAWN},
    **{f"repeated_fills-{write}": "it has no trades" for write in ("withdraw", "transfer")},
    **{f"nonce-{write}": "a request carries a time, and no nonce" for write in ALL},
    **{
        f"repeated-{write}": "it is done twice, which the checker reports: tests/exchange/test_ids_used_again.py"
        for write in ALL
    },
    "duplicate_before-withdraw": "only an order's id can be in use",
    "duplicate_before-transfer": "a transfer has no id",
    "duplicate-withdraw": "only an order's id can be in use: a second withdrawal of an id is taken as another one",
    "duplicate-transfer": "a transfer has no id",
    "halted-transfer": "no market is asked for a transfer",
    "lost_and_hidden-transfer": "it cannot be found by our id whether it is hidden or not: it ends as `reset` does",
    "lost_and_long_hidden-transfer": "it cannot be found by our id, however long it is hidden: it ends as `reset` does",
}
"""Faults that Binance does not have, and why."""
