"""An operator's word: held against a look-up, refused while it may be wrong, or accepting what is left."""

from decimal import Decimal

import pytest

from allornone.core.answer import Fence
from allornone.core.command import take
from allornone.core.steps import Execute, LastLook, Undo
from allornone.errors import CommandRefusedError
from allornone.models.commands import ResolveCommand, ResolvedOutcome
from allornone.models.group import GroupStatus
from allornone.models.result import OperationState
from tests.unit.core.answers import (
    FORWARD,
    ROLLBACK,
    absent,
    closed,
    full,
    not_sent,
    undone,
    unknown,
)
from tests.unit.core.doubt import in_doubt, resolver, unfenced_undo
from tests.unit.core.plans import group, plain
from tests.unit.core.shell import (
    Shell,
    did_not_happen,
    happened,
)


def last_answer(shell: Shell) -> tuple[str, bool]:
    handled = shell.state.handled[-1]
    return handled.message, handled.refused


def test_resolve_holds_only_while_its_reference_is_unknown() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), not_sent(0))
    with pytest.raises(CommandRefusedError, match="only while the reference is unknown"):
        shell.takes(did_not_happen(shell.ref((0, FORWARD, 1))))


def test_happened_is_borne_out_by_a_look_up_of_that_size() -> None:
    shell = in_doubt()
    shell.takes(happened(shell.ref((1, FORWARD, 1)), 2))
    shell.plays(resolver(1, 1), full(1))
    assert last_answer(shell) == ("resolved as confirmed", False)
    assert shell.ends().status is GroupStatus.COMPLETED


def test_happened_is_borne_out_however_its_keys_are_spelled() -> None:
    shell = in_doubt()
    command = ResolveCommand(
        actor="ann",
        outcome=ResolvedOutcome.CONFIRMED,
        client_ref=shell.ref((1, FORWARD, 1)),
        actual_deltas={"ETH": Decimal(-2), "lido:stETH": Decimal(2)},
    )
    shell.takes(command)
    shell.plays(resolver(1, 1), full(1))
    assert last_answer(shell) == ("resolved as confirmed", False)


def test_a_third_of_an_amount_can_be_attested() -> None:
    plan = group({"operation_details": {"amount": 3}})
    shell = Shell(plan)
    shell.plays(Execute(0, 1), unknown(0))
    shell.takes(happened(shell.ref((0, FORWARD, 1)), 1))
    assert shell.state.claim is not None
    assert shell.state.claim.handshake is not None
    assert str(shell.state.claim.handshake.filled_ratio) == "0.333333333333333333"


def test_happened_in_another_size_is_refused_and_the_size_shown_counts() -> None:
    shell = in_doubt()
    shell.takes(happened(shell.ref((1, FORWARD, 1)), 1))
    shell.plays(resolver(1, 1), full(1))
    assert last_answer(shell)[1]
    assert shell.ends().status is GroupStatus.COMPLETED


def test_happened_is_refused_while_the_look_up_does_not_show_it() -> None:
    shell = in_doubt()
    shell.takes(happened(shell.ref((1, FORWARD, 1)), 2))
    shell.plays(resolver(1, 1), unknown(1))
    assert last_answer(shell) == ("the venue shows unknown: ", True)
    assert shell.state.flight is not None


def test_happened_is_attested_and_flagged_where_the_venue_cannot_be_read() -> None:
    shell = in_doubt(readable=False)
    shell.takes(happened(shell.ref((1, FORWARD, 1)), 2))
    shell.plays(resolver(1, 1), closed((1, FORWARD, 1), 2, attested=True))
    assert last_answer(shell) == ("resolved as confirmed", False)
    assert shell.state.operations[1].attempts[0].attested


@pytest.mark.parametrize("fence", [Fence.WAITING, Fence.NEVER])
def test_did_not_happen_is_refused_until_the_reference_is_fenced(fence: Fence) -> None:
    shell = in_doubt(fence=fence)
    with pytest.raises(CommandRefusedError, match="settle window are over"):
        shell.takes(did_not_happen(shell.ref((1, FORWARD, 1))))


def test_what_is_refused_as_not_happened_is_told_what_the_last_look_showed_and_promised_nothing_else() -> None:
    shell = Shell(plain(1))
    shell.plays(Execute(0, 1), unknown(0))
    shell.plays(resolver(0), unknown(0, fence=Fence.NEVER).model_copy(update={"note": "the venue shows not_found"}))

    with pytest.raises(CommandRefusedError) as refusal:
        shell.takes(did_not_happen(shell.ref((0, FORWARD, 1))))

    assert str(refusal.value).startswith(
        "it may still take effect: 'did not happen' holds only once its expiry, "
        "how late its venue may be, and the settle window are over; the venue shows not_found; what makes sense now:"
    )


@pytest.mark.parametrize("fence", [Fence.WAITING, Fence.NEVER])
def test_an_effect_of_nothing_is_refused_until_the_reference_is_fenced(fence: Fence) -> None:
    shell = in_doubt(fence=fence, readable=False)
    with pytest.raises(CommandRefusedError, match="settle window are over"):
        shell.takes(happened(shell.ref((1, FORWARD, 1)), 0))


def test_an_effect_of_nothing_is_held_against_a_look_up_as_did_not_happen_is() -> None:
    shell = in_doubt(fence=Fence.FENCED, readable=False)
    shell.takes(happened(shell.ref((1, FORWARD, 1)), 0))
    assert shell.state.claim is not None
    assert shell.state.claim.handshake is None
    shell.plays(resolver(1, 1), absent(1))
    assert last_answer(shell) == ("resolved as failed", False)


def test_an_amount_of_which_nothing_moved_is_refused() -> None:
    shell = in_doubt(fence=Fence.FENCED, readable=False)
    word = happened(shell.ref((1, FORWARD, 1)), 0).model_copy(update={"executed_amount": Decimal(1)})
    with pytest.raises(CommandRefusedError, match="executed_amount was 1, but nothing moved"):
        shell.takes(word)


def test_did_not_happen_holds_once_the_reference_is_fenced() -> None:
    shell = in_doubt(fence=Fence.FENCED, readable=False)
    shell.takes(did_not_happen(shell.ref((1, FORWARD, 1))))
    shell.plays(resolver(1, 1), absent(1))
    assert last_answer(shell) == ("resolved as failed", False)


def test_did_not_happen_is_refused_where_the_look_up_shows_that_it_did() -> None:
    shell = in_doubt(fence=Fence.FENCED)
    shell.takes(did_not_happen(shell.ref((1, FORWARD, 1))))
    shell.plays(resolver(1, 1), full(1))
    assert last_answer(shell)[1]


def test_a_look_that_began_before_the_word_does_not_judge_it() -> None:
    shell = in_doubt(fence=Fence.FENCED, readable=False)
    assert shell.awaited() == resolver(1, 1)
    shell.takes(did_not_happen(shell.ref((1, FORWARD, 1))))
    shell.hears(unknown(1, fence=Fence.FENCED, readable=False))
    assert shell.state.claim is not None
    assert shell.step() == resolver(1, 2)


def test_a_second_word_waits_until_the_first_is_answered() -> None:
    shell = in_doubt(fence=Fence.FENCED, readable=False)
    shell.takes(did_not_happen(shell.ref((1, FORWARD, 1))))
    with pytest.raises(CommandRefusedError, match="being held against the venue"):
        shell.takes(happened(shell.ref((1, FORWARD, 1)), 2))


def test_what_can_never_be_fenced_is_never_sent_again_and_the_end_lists_its_range() -> None:
    shell = in_doubt(fence=Fence.NEVER_SETTLED)
    shell.takes(did_not_happen(shell.ref((1, FORWARD, 1))))
    shell.plays(resolver(1, 1), unknown(1, fence=Fence.NEVER_SETTLED))
    shell.plays(Undo(0, 1), undone(0))
    result = shell.ends()
    assert result.status is GroupStatus.PARTIAL
    assert result.residual_deltas == {}
    assert [(each.operation_id, each.amount) for each in result.unfenced] == [("op1", Decimal(2))]
    assert result.operations[1].state is OperationState.UNKNOWN


def test_what_can_never_be_fenced_is_looked_up_before_the_end_too() -> None:
    shell = in_doubt(count=1, fence=Fence.NEVER_SETTLED)
    shell.takes(did_not_happen(shell.ref((0, FORWARD, 1))))
    shell.plays(resolver(0, 1), unknown(0, fence=Fence.NEVER_SETTLED))
    assert shell.awaited() == LastLook(((0, FORWARD, 1),), 0)
    shell.looks_last((0, full(0)))
    shell.plays(Undo(0, 1), undone(0))
    result = shell.ends()
    assert (result.status, result.unfenced) == (GroupStatus.ROLLED_BACK, ())


def test_an_undo_that_can_never_be_fenced_cannot_be_called_so() -> None:
    shell = unfenced_undo()
    with pytest.raises(CommandRefusedError, match="can be shown or accepted"):
        shell.takes(did_not_happen(shell.ref((0, ROLLBACK, 1))))


def test_a_word_that_waits_is_not_taken_twice_and_is_answered_alike_afterwards() -> None:
    shell = in_doubt(fence=Fence.FENCED, readable=False)
    word = did_not_happen(shell.ref((1, FORWARD, 1)))
    waiting = take(shell.plan, shell.state, word, "w")
    assert take(shell.plan, waiting, word, "w") == waiting
    shell.state = waiting
    shell.plays(resolver(1, 1), absent(1))
    assert take(shell.plan, shell.state, word, "w") == shell.state
