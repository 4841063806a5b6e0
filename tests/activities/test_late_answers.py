"""A venue that cannot be asked answers late, after an operator's word: before the end, or just beside it."""

from asyncio import gather
from decimal import Decimal

from activities.outcome import record_outcome
from activities.sweep_late import LateEffect
from activities.tasks import OperationClaim, OperationTask
from allornone.core.answer import AnswerKind, Fence
from allornone.events import ExecutionDeltaEvent, GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.models.execution import Evidence, ExecutionHandshake, ExecutionStatus
from allornone.models.reconciliation import Verdict
from allornone.units import total
from tests.activities.afterwards import ALL, ends, frozen, sends, starts, swept
from tests.activities.office import Office
from tests.plans import SELL, SEND_OUT

ETH = "kraken:BaseToken:ETH"
WALLET = "wallet:BaseToken:ETH"
SOLD = Decimal(2997)
"""What selling 1 ETH brings."""


def half() -> OperationClaim:
    """An operator's word that 0.5 ETH left."""
    return OperationClaim(
        handshake=ExecutionHandshake(
            operation_id="send-out",
            status=ExecutionStatus.CONFIRMED,
            actual_deltas={"kraken:ETH": Decimal("-0.5"), "wallet:ETH": Decimal("0.4995")},
            executed_amount=Decimal("0.5"),
            filled_ratio=Decimal("0.5"),
            evidence=Evidence(attested=True),
        )
    )


def moved(office: Office, key: str = ETH) -> Decimal:
    """Add up what the log's deltas say of a holding, the ETH at kraken."""
    rows = [row for each in office.seen.events() if isinstance(each, ExecutionDeltaEvent) for row in each.deltas]
    return total(Decimal(row["delta_amount"]) for row in rows if row["position_key"] == key)


def told_late(office: Office) -> list[dict[str, str]]:
    """Return what was new in each late effect that was recorded."""
    notices = [each for each in office.seen.events() if isinstance(each, GroupTransitionEvent)]
    return [each.facts["new"] for each in notices if each.kind is TransitionKind.LATE_EFFECT]


async def answered_after_an_end_that_goes_by_half(office: Office) -> LateEffect:
    """Let an operator attest a half, the group end by that, and the answer come: what the sweep then finds."""
    async with frozen(office) as (task, wakes):
        await office.resolves(task, revoked_s=1e5, claim=half())
        await ends(office)
        await wakes()
    (late,) = await swept(office)
    return late


async def test_the_last_look_tells_what_a_late_answer_recorded_of_a_range(office: Office) -> None:
    async with frozen(office) as (task, wakes):
        blind = await office.resolves(task, revoked_s=1e5)
        await wakes()

        told = await office.resolves(task, mode="last_look")

    assert (blind.kind, blind.fence) == (AnswerKind.UNKNOWN, Fence.NEVER)
    assert told.kind is AnswerKind.CLOSED
    assert told.handshake is not None
    assert told.handshake.actual_deltas[ETH] == Decimal(-1)


async def test_the_last_look_tells_what_a_late_answer_said_against_an_operators_word(office: Office) -> None:
    async with frozen(office) as (task, wakes):
        attested = await office.resolves(task, revoked_s=1e5, claim=half())
        await wakes()

        told = await office.resolves(task, mode="last_look")

    assert attested.handshake is not None
    assert attested.handshake.actual_deltas[ETH] == Decimal("-0.5")
    assert told.handshake is not None
    assert told.handshake.actual_deltas[ETH] == Decimal(-1)
    assert not told.handshake.evidence.attested


async def test_what_an_operator_attested_is_not_counted_again_in_a_late_answer(office: Office) -> None:
    async with frozen(office) as (task, wakes):
        await office.resolves(task, revoked_s=1e5, claim=half())
        await wakes()

    assert office.seen.story()[-2:] == ["deltas", "conflict"]
    assert moved(office) == Decimal(-1)


async def test_two_who_settle_a_reference_at_once_count_its_effect_once(office: Office) -> None:
    task, told = office.task(SEND_OUT, known_seq=ALL), half().handshake
    assert told is not None
    part, whole = (told.model_copy(update={"actual_deltas": {ETH: Decimal(size)}}) for size in ("-0.5", "-1"))

    await gather(
        record_outcome(task, task.request, office.desk, part, AnswerKind.CLOSED),
        record_outcome(task, task.request, office.desk, whole, AnswerKind.CLOSED),
    )

    assert moved(office) == Decimal(-1)


async def test_a_word_that_comes_after_a_late_answer_changes_nothing_of_it(office: Office) -> None:
    async with frozen(office) as (task, wakes):
        await wakes()

        told = await office.resolves(task, revoked_s=1e5, claim=half())

    assert told.handshake is not None
    assert told.handshake.actual_deltas[ETH] == Decimal(-1)


async def test_a_late_answer_between_the_last_look_and_the_end_of_a_range_is_late(office: Office) -> None:
    async with frozen(office) as (task, wakes):
        await office.resolves(task, revoked_s=1e5)
        await office.resolves(task, mode="last_look")
        await wakes()
        await ends(office, task)

    (late,) = await swept(office)

    assert late.new.actual_deltas[ETH] == Decimal(-1)
    assert moved(office) == Decimal(-1)


async def test_a_late_answer_between_the_last_look_and_the_end_that_says_more_than_an_operator_is_late(
    office: Office,
) -> None:
    async with frozen(office) as (task, wakes):
        await office.resolves(task, revoked_s=1e5, claim=half())
        await office.resolves(task, mode="last_look")
        await wakes()
        await ends(office)

    await swept(office)
    (late,) = await swept(office)

    assert late.new.actual_deltas[ETH] == Decimal("-0.5")
    assert late.new.executed_amount == Decimal("0.5")
    assert [each[ETH] for each in told_late(office)] == ["-0.5"]
    assert moved(office) == Decimal(-1)


async def test_a_late_answer_after_the_end_that_says_more_than_an_operator_is_counted_once(office: Office) -> None:
    late = await answered_after_an_end_that_goes_by_half(office)

    assert late.new.actual_deltas[ETH] == Decimal("-0.5")
    assert moved(office) == Decimal(-1)


async def test_the_other_half_of_what_an_operator_attested_is_recorded_when_the_sweep_sees_it(office: Office) -> None:
    await starts(office, SELL)
    office.misbehave("lose_answer")
    task = await sends(office, SELL)
    office.misbehave("unreadable")
    word = half().handshake
    assert word is not None
    sold = {"binance:ETH": Decimal("-0.5"), "binance:USDT": SOLD / 2}
    word = word.model_copy(update={"operation_id": "sell", "actual_deltas": sold})
    told = await office.resolves(task, claim=OperationClaim(handshake=word))
    await ends(office)

    (late,) = await swept(office)

    assert told.kind is AnswerKind.CLOSED
    assert late.new.actual_deltas["binance:BaseToken:USDT"] == SOLD / 2
    assert moved(office, "binance:BaseToken:ETH") == Decimal(-1)


async def test_what_the_last_look_told_and_the_group_went_by_is_not_late(office: Office) -> None:
    async with frozen(office) as (task, wakes):
        await office.resolves(task, revoked_s=1e5, claim=half())
        await wakes()
        told = await office.resolves(task, mode="last_look")
        assert told.handshake is not None
        shown = {key: str(amount) for key, amount in told.handshake.actual_deltas.items()}
        await office.log.record((_late_effect(office, task, shown),), ALL)
        await ends(office)

    assert await swept(office) == ()


async def test_the_one_answer_of_a_venue_that_cannot_be_asked_is_recorded_though_it_is_a_breach(office: Office) -> None:
    office.misbehave("drift", bps="-500")

    told = await office.sends(office.task(SEND_OUT))

    assert told.recorded
    assert told.reconciliation is not None
    assert told.reconciliation.verdict is Verdict.BREACH
    assert office.seen.story() == ["send-out pending", "deltas", "send-out confirmed"]


async def test_the_last_look_tells_a_breach_that_a_late_answer_recorded_of_a_range(office: Office) -> None:
    office.misbehave("drift", bps="-500")
    async with frozen(office) as (task, wakes):
        await office.resolves(task, revoked_s=1e5)
        await wakes()

        told = await office.resolves(task, mode="last_look")

    assert told.kind is AnswerKind.CLOSED
    assert told.handshake is not None
    assert told.handshake.actual_deltas[ETH] == Decimal(-1)


async def test_a_breach_that_is_answered_after_the_end_at_a_venue_that_cannot_be_asked_is_late(office: Office) -> None:
    office.misbehave("drift", bps="-500")
    async with frozen(office) as (task, wakes):
        await ends(office, task)
        await wakes()

    (late,) = await swept(office)

    assert late.new.actual_deltas[WALLET] == Decimal("0.949")
    assert moved(office, WALLET) == Decimal("0.949")


async def test_a_breach_that_is_answered_late_against_an_operators_word_is_late_by_what_it_says_more(
    office: Office,
) -> None:
    office.misbehave("drift", bps="-500")
    late = await answered_after_an_end_that_goes_by_half(office)

    assert late.new.actual_deltas[ETH] == Decimal("-0.5")
    assert moved(office) == Decimal(-1)


async def test_a_breach_at_a_venue_that_can_be_asked_is_not_recorded_on_its_first_reading(office: Office) -> None:
    office.misbehave("drift", bps="-500")

    told = await office.sends(office.task(SELL))

    assert not told.recorded
    assert office.seen.story() == ["sell pending"]


def _late_effect(office: Office, task: OperationTask, shown: dict[str, str]) -> GroupTransitionEvent:
    started = next(each for each in office.seen.events() if isinstance(each, GroupTransitionEvent))
    told = {"kind": TransitionKind.LATE_EFFECT, "client_ref": task.client_ref, "facts": {"shown": shown}}
    return started.model_copy(update={**told, "event_id": "late-effect-1", "seq": 0})


async def test_an_open_answer_of_a_venue_that_cannot_be_asked_leaves_its_reference_unknown_for_good(
    office: Office,
) -> None:
    office.misbehave("open", ratio="0.4")
    task = office.task(SEND_OUT)

    sent = await office.sends(task)
    office.passes(1e5)
    looked = await office.resolves(task, mode="look")
    told = await office.resolves(task, came_back=True, revoked_s=1e5, claim=OperationClaim())

    assert sent.kind is AnswerKind.OPEN
    assert looked.kind is AnswerKind.UNKNOWN
    assert (told.kind, told.fence) == (AnswerKind.UNKNOWN, Fence.NEVER_SETTLED)
    assert office.seen.story() == ["send-out pending", "send-out unknown", "revoked"]
