"""Groups in doubt: something is unknown past its budget, and an operator is asked for."""

from allornone.core.answer import Fence
from allornone.core.steps import Execute, Look, Undo
from allornone.models.group import GroupStatus
from tests.unit.core.answers import FORWARD, ROLLBACK, full, refused, unknown
from tests.unit.core.plans import plain
from tests.unit.core.shell import Shell


def in_doubt(count: int = 2, fence: Fence = Fence.WAITING, *, readable: bool = True) -> Shell:
    """Return a group whose last operation is unknown past its budget, seen once by the resolver."""
    shell = Shell(plain(count, resolve_budget_s=1))
    for number in range(count - 1):
        shell.plays(Execute(number, 1), full(number))
    shell.plays(Execute(count - 1, 1), unknown(count - 1))
    shell.plays(resolver(count - 1), unknown(count - 1, fence=fence, readable=readable))
    shell.passes(1)
    assert shell.status() is GroupStatus.BLOCKED
    return shell


def resolver(number: int, at: int = 0) -> Look:
    """Return look number `at` of the resolver at a first epoch."""
    return Look(number, FORWARD, 1, "resolve", 1, at)


def unfenced_undo() -> Shell:
    """Return a group whose undo may take effect at any time to come."""
    shell = Shell(plain(2, resolve_budget_s=1))
    shell.plays(Execute(0, 1), full(0))
    shell.plays(Execute(1, 1), refused(1))
    shell.plays(Undo(0, 1), unknown(0, ROLLBACK))
    shell.plays(Look(0, ROLLBACK, 1, "resolve", 1, 0), unknown(0, ROLLBACK, fence=Fence.NEVER_SETTLED))
    shell.passes(1)
    return shell
