"""Each way a group ends."""
from tests.workflows.house import House
from tests.workflows.plans import *
import pytest

@pytest.mark.parametrize("faults", [
 [], [dict(behaviour="refuse",venue="binance.usdm")], [dict(behaviour="drift",operation_id="stake",bps="-500",count="always",direction="forward")],
 [dict(behaviour="partial",operation_id="sell",ratio="0.4",direction="forward")],
 [dict(behaviour="open_then_fill",operation_id="sell",ratio="0.4",delay_s="20")],
 [dict(behaviour="open",operation_id="sell",ratio="0.4",direction="forward")],
 [dict(behaviour="lose_answer",operation_id="sell")],
 [dict(behaviour="lose_request",operation_id="sell")],
 [dict(behaviour="refuse",operation_id="sell")],
 [dict(behaviour="refuse",venue="binance.usdm"),dict(behaviour="refuse",operation_id="stake",direction="rollback",count=3)],
 ])
async def test_x(house: House, faults) -> None:
    house.misbehave(*faults)
    import time; t=time.time()
    r = await house.run(house.group(*CARRY))
    print(time.time()-t, faults)
    print(r.status, r.reason, "RES", {k:str(v) for k,v in r.residual_deltas.items()}, "FR", {k:str(v) for k,v in r.friction.items()})
    print([(o.operation_id,o.state.value,o.verdict) for o in r.operations])
    print(house.story()); print(house.orders()); print(house.changes())
