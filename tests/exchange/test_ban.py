"""An exchange that bans us during a group: it hears nothing until the ban is over, and the group ends well."""

import time
from typing import Any

import pytest

from allornone.models.group import GroupStatus
from allornone.testexchange.door import Answer, Call, Trouble
from tests.exchange.desk import BUY_BTC, SELL_ETH, TOO_MUCH, Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")

BAN_S = 3


class Heard:
    """When the exchange banned somebody, and when it was asked anything; seconds of one clock."""

    def __init__(self, door: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.banned: list[float] = []
        self.asked: list[float] = []
        serve, trouble = door.serve, door.trouble

        def serving(call: Call) -> Answer:
            self.asked.append(time.monotonic())
            answer: Answer = serve(call)
            return answer

        def troubling(call: Call, kind: Trouble, seconds: int) -> Answer:
            self.banned.append(time.monotonic())
            answer: Answer = trouble(call, kind, seconds)
            return answer

        monkeypatch.setattr(door, "serve", serving)
        monkeypatch.setattr(door, "trouble", troubling)

    def during_the_ban(self) -> list[float]:
        """Return what was asked while it wanted silence."""
        (began,) = self.banned
        return [at - began for at in self.asked if began < at < began + BAN_S]


@pytest.fixture
def heard(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Heard:
    return Heard(desk.exchange.doors["binance"], monkeypatch)


async def test_a_leg_waits_for_the_end_of_a_ban_and_the_group_is_done(desk: Desk, heard: Heard) -> None:
    desk.exchange.inject({"kind": "order", "behaviour": "banned", "delay_s": str(BAN_S), "after": 1, "count": 1})

    result = await desk.run(desk.plan(SELL_ETH, BUY_BTC))

    assert result.status is GroupStatus.COMPLETED
    assert len(desk.orders()) == 2
    assert heard.during_the_ban() == []


async def test_an_undo_waits_for_the_end_of_a_ban_and_is_done(desk: Desk, heard: Heard) -> None:
    desk.exchange.inject({"kind": "order", "behaviour": "banned", "delay_s": str(BAN_S), "after": 2, "count": 1})

    result = await desk.run(desk.plan(SELL_ETH, TOO_MUCH))

    assert result.status is GroupStatus.ROLLED_BACK
    assert heard.during_the_ban() == []
