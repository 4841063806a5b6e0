"""How each rule that only the widened world holds is switched off: another function in the place of the real one."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from activities import fence as fences
from activities import resolve, send, sweep, sweep_late
from allornone.core.answer import Fence


def _nothing(_: object) -> None:
    """Find nothing."""


def no_sweep(patch: pytest.MonkeyPatch) -> None:
    """Look at nothing after the end."""

    async def late_effects(desk: Any, before: Any, owed: Any = ()) -> sweep_late.Looked:
        del desk, before, owed
        return sweep_late.Looked((), (), 0)

    patch.setattr(sweep, "late_effects", late_effects)


def nothing_is_owed(patch: pytest.MonkeyPatch) -> None:
    """Forget the looks that could not be made."""
    real = sweep_late.late_effects

    async def late_effects(desk: Any, before: Any, owed: Any = ()) -> sweep_late.Looked:
        del owed
        looked = await real(desk, before)
        return sweep_late.Looked(looked.found, (), looked.unseen)

    patch.setattr(sweep, "late_effects", late_effects)


def no_late_answers(patch: pytest.MonkeyPatch) -> None:
    """Go by what the venue shows alone: of one that cannot be asked that is nothing."""
    patch.setattr(sweep_late, "_recorded_since", _nothing)


def told_once(patch: pytest.MonkeyPatch) -> None:
    """Start the run of a late effect only when it is found."""
    real = sweep_late._late  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] (the rule itself)

    def late(due: Any, sent: Any, shown: Any) -> Any:
        return list(real(due, sent, shown))[len(due.reference.late) :]

    patch.setattr(sweep_late, "_late", late)


def fenced_by_our_clock(patch: pytest.MonkeyPatch) -> None:
    """Judge an enforced expiry by the worker's clock, and not by the venue's own."""
    real = fences.fence

    def fence(task: Any, request: Any, desk: Any, capability: Any, reading: Any) -> Any:
        if reading is not None:
            reading = reading.model_copy(update={"venue_time": desk.now()})
        return real(task, request, desk, capability, reading)

    patch.setattr(resolve, "fence", fence)


def never_given_up(patch: pytest.MonkeyPatch) -> None:
    """Wait for ever for a venue that cannot be read."""

    def blind(*_: object) -> Fence:
        return Fence.WAITING

    patch.setattr(fences, "_blind", blind)


def halted_before_it_prepares(patch: pytest.MonkeyPatch) -> None:
    """Ask for a halt when a send begins, and not again right before its intent."""

    @contextmanager
    def passage(task: Any, desk: Any) -> Generator[None]:
        del task, desk
        yield None

    patch.setattr(send, "passage", passage)
