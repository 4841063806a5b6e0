"""Which fault befalls which write at Binance, and how its group has to end: the table, as data.

One exchange stands for one fault; the writes at it are told apart by kind, market and asset.
"""

from dataclasses import dataclass
from typing import Any

from allornone.models.group import GroupStatus
from tests.plans import Leg, leg

COMPLETED, FAILED, PARTIAL = GroupStatus.COMPLETED, GroupStatus.FAILED, GroupStatus.PARTIAL
ROLLED_BACK = GroupStatus.ROLLED_BACK
RESOLVE_SOON = {"resolve_budget_s": "1"}
TRIES_S = "600"
"""No group gives up trying because the machine is slow."""

BUY_BTC = leg(
    "order",
    "spot_trade",
    "{}>{}",
    "USDT>BTC",
    {"{}:BTC": "0.02", "{}:USDT": "-1000"},
    pair="BTC/USDT",
    side="buy",
    amount="0.02",
)
SHORT_ETH = leg(
    "contract",
    "perp_trade",
    "{}.usdm>{}.usdm",
    "USDT>ETHUSDT",
    {"{}.usdm:ETHUSDT": "-1"},
    pair="ETH/USDT",
    side="sell",
)
SEND_ETH = leg(
    "withdraw",
    "withdraw",
    "{}>wallet",
    "ETH>ETH",
    {"{}:ETH": "-1"},
    address="0x00000000000000000000000000000000000000aa",
    network="ETH",
)
MOVE_USDC = leg(
    "transfer",
    "transfer",
    "{}>{}.usdm",
    "USDC>USDC",
    {"{}:USDC": "-1000", "{}.usdm:USDC": "1000"},
    amount="1000",
)
LEGS: dict[str, Leg] = {each["operation_id"]: each for each in (BUY_BTC, SHORT_ETH, SEND_ETH, MOVE_USDC)}
MATCHES = {
    "order": {"kind": "order", "symbol": "BTCUSDT"},
    "contract": {"kind": "order", "symbol": "ETHUSDT"},
    "withdraw": {"kind": "withdraw"},
    "transfer": {"kind": "transfer"},
}
"""What tells a write from the others, to a fault rule."""

MOVED = {
    # 0.02 bought at 50001, and a commission of 0.1 % of what came.
    "order": {"spot:BTC": "0.01998", "spot:USDT": "-1000.02"},
    # Sold at 1999.9, and 0.05 % of that.
    "contract": {"usdm:USDT": "-0.99995", "usdm:ETHUSDT": "-1"},
    "withdraw": {"spot:ETH": "-1"},
    "transfer": {"spot:USDC": "-1000", "usdm:USDC": "1000"},
}
"""What the exchange's books change by where the write is done, once."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One write that a fault befalls. `blocked`: the machine cannot know, and an operator who reads the books says.

    `effective` is how often the exchange did it; an undo counts. `moved` is what the books change by in the end.
    """

    fault: str
    write: str
    end: GroupStatus
    blocked: bool = False
    effective: int = 1
    moved: dict[str, str] | None = None

    @property
    def name(self) -> str:
        """The cell's name in a list of tests, and the operation's group."""
        return f"{self.fault}-{self.write}"

    @property
    def moves(self) -> dict[str, str]:
        """What the books have to show."""
        if self.moved is not None:
            return self.moved
        return MOVED[self.write] if self.effective else {}


_LOOSE = ("hang", "reset", "half_body", "unreadable", "bad_gateway", "timeout", "unknown_error", "unexpected")
_CLOSING = ("forbidden", "rate_limited", "banned")
"""The account asks nothing for a while, whichever write was told so."""

RULES: dict[str, tuple[dict[str, Any], ...]] = {
    **{name: ({"behaviour": name},) for name in _LOOSE},
    **{f"{name}_before": ({"behaviour": name, "executed": False},) for name in _LOOSE},
    "unavailable": ({"behaviour": "unavailable"},),
    "overloaded": ({"behaviour": "overloaded"},),
    **{name: ({"behaviour": name, "delay_s": "1"},) for name in _CLOSING},
    "late": ({"behaviour": "late", "delay_s": "10"},),
    "too_late": ({"behaviour": "late", "delay_s": "45"},),
    "skewed": ({"behaviour": "refuse", "reason": "outside_window"},),
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
    "partial": ({"behaviour": "partial", "ratio": "0.5"},),
    "partial_and_lost": ({"behaviour": "partial", "ratio": "0.5"}, {"behaviour": "reset"}),
    "stale_balance": ({"behaviour": "stale_balance", "delay_s": "20"},),
    "stuck_in_approval": ({"behaviour": "withdrawal", "end": "approval"},),
    "stuck_in_processing": ({"behaviour": "withdrawal", "end": "processing"},),
    "refunded": ({"behaviour": "withdrawal", "end": "failure"},),
}
"""What is done to a write, by the fault's name. Each rule fires at its first call only."""


def rules(fault: str) -> list[dict[str, Any]]:
    """Return the fault rules of one exchange."""
    return [{**MATCHES[cell.write], **rule} for cell in CELLS if cell.fault == fault for rule in RULES[fault]]


def _done(fault: str, *writes: str) -> list[Cell]:
    """Return writes that end completed by themselves, done once."""
    return [Cell(fault, write, COMPLETED) for write in writes]


def _refused(fault: str, *writes: str) -> list[Cell]:
    """Return writes that end failed by themselves, never done."""
    return [Cell(fault, write, FAILED, effective=0) for write in writes]


def _seen_done(fault: str, *writes: str) -> list[Cell]:
    """Return writes that were done, which only a person can know."""
    return [Cell(fault, write, COMPLETED, blocked=True) for write in writes]


def _never_done(fault: str, *writes: str) -> list[Cell]:
    """Return writes that were never done, which only a person can know.

    A withdrawal's window is over by the exchange's clock: on a person's word it is sent under the next reference. A
    transfer stays a range that nobody can exclude, is never sent again, and its group ends partial.
    """
    ends = {"withdraw": COMPLETED, "transfer": PARTIAL}
    return [Cell(fault, write, ends[write], blocked=True, effective=int(write == "withdraw")) for write in writes]


TRADES = ("order", "contract")
ALL = (*TRADES, "withdraw", "transfer")

CELLS: tuple[Cell, ...] = (
    # Executed, and the answer lost: found by our id, or by nobody.
    *(cell for fault in _LOOSE for cell in _done(fault, *TRADES, "withdraw")),
    *(cell for fault in _LOOSE for cell in _seen_done(fault, "transfer")),
    # Never executed, and nobody said so: an order is sent anew once it is fenced, money that leaves never is.
    *(cell for fault in _LOOSE for cell in _done(f"{fault}_before", *TRADES)),
    *(cell for fault in _LOOSE for cell in _never_done(f"{fault}_before", "withdraw", "transfer")),
    # A 5xx is unknown at spot and wallet, whatever it says; USD-M documents these two as failures.
    *(cell for fault in ("unavailable", "overloaded") for cell in _done(fault, *TRADES)),
    *(cell for fault in ("unavailable", "overloaded") for cell in _never_done(fault, "withdraw", "transfer")),
    # Proven not sent: sent under the next reference. A transfer that was taken waits for its row until silence is over.
    *(cell for fault in _CLOSING for cell in _done(fault, *ALL)),
    *_done("skewed", *ALL),
    # On its way for a while: in time, and after its time.
    *_done("late", *TRADES),
    *_seen_done("late", "transfer"),
    *_done("too_late", *TRADES),
    *_never_done("too_late", "withdraw", "transfer"),
    # Refused.
    *_refused("no_funds", *ALL),
    *_refused("bad_amount", *ALL),
    *_refused("halted", *TRADES, "withdraw"),
    *_refused("bad_key", *ALL),
    *_refused("no_permission", *ALL),
    # Only orders have an id that can be in use.
    *_done("duplicate", *TRADES),
    *_done("duplicate_before", *TRADES),
    # Answered after the client has gone, and reads that lag behind.
    *_done("slow", *TRADES, "withdraw"),
    *_seen_done("slow", "transfer"),
    *_done("hidden", *ALL),
    *_done("lost_and_hidden", *TRADES, "withdraw"),
    *_done("stale_balance", *ALL),
    # A part is undone: 0.01 bought at 50001, 0.00999 sold at 49999 less 0.1 %; half a contract, both ways.
    Cell("partial", "order", ROLLED_BACK, effective=2, moved={"spot:USDT": "-1.01948001"}),
    Cell("partial_and_lost", "order", ROLLED_BACK, effective=2, moved={"spot:USDT": "-1.01948001"}),
    Cell("partial", "contract", ROLLED_BACK, effective=2, moved={"usdm:USDT": "-1.1"}),
    Cell("partial_and_lost", "contract", ROLLED_BACK, effective=2, moved={"usdm:USDT": "-1.1"}),
    # The exchange lets go of it only when told to.
    *_seen_done("stuck_in_approval", "withdraw"),
    *_seen_done("stuck_in_processing", "withdraw"),
    *_refused("refunded", "withdraw"),
)
FAULTS = tuple(dict.fromkeys(cell.fault for cell in CELLS))
