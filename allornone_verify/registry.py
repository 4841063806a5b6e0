"""Every invariant: its name, what it says in a line, which witnesses it needs, and the function that judges it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from allornone_verify.breaks import Break
from allornone_verify.invariants import ends, history, ids, operators, order, outcomes, sends, undo_again, undoing
from allornone_verify.story import Story

Judge = Callable[[Story], Iterator[Break]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """One invariant. Without judges it is judged over the whole log or ledger, or not at all: `unchecked` says why.

    `needs` are the witnesses without which nothing can be said of a group: V the venues' ledgers, J the event log, H
    the history, R that nothing was written meanwhile. `more` are those that tell the other half of it.
    """

    name: str
    title: str
    needs: str = "J"
    judges: tuple[Judge, ...] = ()
    unchecked: str = ""
    more: str = ""
    of_open: bool = False
    """Whether it asks something of open groups only."""


_NO_LEASES = "not applicable: there are no leases"
_MEASURE = "needs the installation under load; the campaign measures it"

INVARIANTS: tuple[Invariant, ...] = (
    Invariant("V", "the ledgers can be read and name what they should", "V"),
    Invariant("S1", "the end states exactly what the ledger moved", "JV", (ends.s1_end_equals_ledger,)),
    Invariant("S2", "nothing is done twice, or further than asked", "JV", (sends.s2_nothing_twice,)),
    Invariant("S3", "nothing reaches a venue without an older permit", "JV", (sends.s3_intent_first,)),
    Invariant("S4", "what is called confirmed is what the ledger moved", "JV", (outcomes.s4_confirmed_equals_ledger,)),
    Invariant("S5", "nothing takes effect unnoticed after the end", "JV", (ends.s5_no_effect_after_end,)),
    Invariant("S6", "nothing takes effect after its undo began", "JV", (undoing.s6_no_forward_after_undo,)),
    Invariant("S7", "an undo follows an effect and is no larger", "JV", (undoing.s7_undo_no_larger,)),
    Invariant("S8", "of what is rolled back only dust is left", "JV", (undoing.s8_undone_leaves_friction,)),
    Invariant("S9", "undos go newest first, one at a time", "J", (undoing.s9_newest_first,)),
    Invariant("S10", "nothing is sent or undone while anything is unknown", "J", (order.s10_nothing_while_unknown,)),
    Invariant("S11", "nothing up to a pivot in effect is undone", "J", (undoing.s11_pivot_holds,)),
    Invariant(
        "S12", "what is called failed did nothing, with evidence", "J", (outcomes.s12_absence_is_proven,), more="V"
    ),
    Invariant(
        "S13",
        "balances are conserved: ledger rows, balances and delta records agree",
        "JV",
        (ends.s13_deltas_equal_ledger, ends.s13_fills_have_effects),
    ),
    Invariant("S14", "no balance goes below zero", "V"),
    Invariant(
        "S15", "judgements add up; past a breach nothing next is sent", "J", (outcomes.s15_drift_stops_the_group,)
    ),
    Invariant(
        "S16", "nothing happens past an expiry or the deadline", "J", (sends.s16_nothing_after_expiry,), more="V"
    ),
    Invariant("S17", "the plan never changes", "J", (ids.s17_plan_never_changes,), more="H"),
    Invariant(
        "S18",
        "after rolling back began nothing goes forward",
        "J",
        (order.s18_no_way_back, order.s18_no_send_after_temporals_cancel),
        more="H",
    ),
    Invariant("S19", "a simulated group moves nothing", "JV", (ends.s19_simulated_moves_nothing,)),
    *(Invariant(f"I{number}", "account leases", unchecked=_NO_LEASES) for number in range(1, 6)),
    Invariant("E1", "each event id is there once", "J"),
    Invariant(
        "E2", "each group's records are numbered without a gap, from one start to one end", "JR", (order.e2_gap_free,)
    ),
    Invariant("E3", "states follow from one another at each prefix of the log", "JR", (order.e3_states_follow,)),
    Invariant("E4", "every line is whole and chained to the one before", "J"),
    Invariant("E5", "what activities answered is what the log has", "JH", (history.e5_answers_equal_records,)),
    Invariant("E6", "no word of the log lies", "JV", (ends.e6_no_lies,)),
    Invariant("E7", "nothing that the history was told is lost", "JH", (history.e7_nothing_lost,)),
    Invariant("E8", "the workflow's result is the end record", "JH", (history.e8_result_equals_end,)),
    Invariant("E9", "who resumes at any line reads a group in its order", "J"),
    Invariant("L1", "every group ends in bounded time once faults are healed", unchecked=_MEASURE),
    Invariant("L2", "no open group stands still in silence", "JH", (history.l2_no_silent_stop,), of_open=True),
    Invariant(
        "L3", "what stays unknown past its budget is put before an operator", "J", (operators.l3_unknown_asks_for_help,)
    ),
    Invariant("L4", "one bad group or venue slows no other", unchecked=_MEASURE),
    Invariant("L5", "a group is started once", "J", (order.l5_one_start,), more="H"),
    Invariant(
        "L6", "commands are recorded once, with their actor", "J", (operators.l6_commands_are_audited,), more="H"
    ),
    Invariant(
        "L7", "a closed workflow has an end record, or was found gone", "JH", (history.l7_closed_has_end,), of_open=True
    ),
    Invariant("L8", "a failed undo is tried again within the cap", "J", (undo_again.l8_undo_is_tried_again,)),
    Invariant("L9", "no history grows past what Temporal carries", "JH", (history.l9_history_is_bounded,)),
    Invariant(
        "L10", "requests to a venue stay within its limits", unchecked="requests leave no trace in the three witnesses"
    ),
    Invariant(
        "L11", "a recovered group fences what its old life left open", "J", (operators.l11_recovery_fences_the_old,)
    ),
    Invariant("U1", "stored histories replay", unchecked="needs the workflow's code; `make test` replays them"),
    Invariant("U2", "groups hold across an upgrade", unchecked="releases leave no trace in the three witnesses"),
    Invariant("U3", "ids follow from their cause", "J", (ids.u3_ids_follow_from_cause,)),
    Invariant("U4", "every line is of a version that is known", "J"),
    Invariant("U5", "nothing is called undone that cannot be", "J", (ids.u5_only_what_can_be_undone,)),
)
