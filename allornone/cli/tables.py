"""Groups as people read them: tables for a terminal, wide enough for a pipe."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from allornone.cli.advising import trouble_lines
from allornone.cli.naming import named
from allornone.core.attempts import state_word
from allornone.models.reconciliation import Verdict
from allornone.models.result import GroupView, OperationView
from allornone.models.simulation import SimulationAnswer

if TYPE_CHECKING:
    from allornone.client.attention import Waiting
    from allornone.client.listing import GroupSummary

PIPE_WIDTH = 220
"""Nothing is cut off where no terminal limits the width."""


def out() -> Console:
    """Return the console of results."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False)


def changes(amounts: Mapping[str, Decimal]) -> str:
    """Write signed changes in one cell."""
    return ", ".join(f"{key} {amount:+f}" for key, amount in amounts.items()) or "-"


def headline(view: GroupView, word: str | None = None) -> str:
    """Say in one line how a group stands, by its status or by another word for it."""
    marks = [mark for mark, is_so in (("paused", view.paused), ("cancelling", view.cancelling)) if is_so]
    why = f": {view.reason}" if view.reason else ""
    simulated = " (simulated: nothing was sent)" if view.simulated else ""
    return f"group {view.atomic_group_id} is {' and '.join([word or view.status.value, *marks])}{simulated}{why}"


def group_table(view: GroupView) -> Table:
    """Return a group's operations, one a row."""
    table = _table("operation", "type", "venue", "state", "verdict", "changes so far", "reference", "note")
    for operation in view.operations:
        table.add_row(*_cells(view, operation))
    return table


def _cells(view: GroupView, operation: OperationView) -> tuple[str, ...]:
    undo = " (undo)" if operation.direction.value == "rollback" else ""
    return (
        operation.operation_id,
        operation.operation_type,
        operation.venue,
        state_word(view, operation) + undo,
        operation.verdict.value if operation.verdict else "-",
        changes(operation.net_deltas),
        operation.client_ref or "-",
        operation.note,
    )


def print_group(view: GroupView, late: Sequence[str] = ()) -> None:
    """Print a group: its headline, its operations, what is left, what it cost and what would help."""
    console = out()
    console.print(headline(view), markup=False)
    if view.operations:
        console.print(group_table(view))
    for name, amounts in (("left", view.residual_deltas), ("friction", view.friction)):
        if amounts and not (name == "left" and view.needs_operator):  # said by venue there
            console.print(f"{name}: {changes(amounts)}", markup=False)
    for unfenced in view.result.unfenced if view.result else ():
        console.print(
            f"not settled: {unfenced.operation_id} {unfenced.client_ref}, 0 to {unfenced.amount} {unfenced.token}",
            markup=False,
        )
    if view.result is not None and view.result.not_looked:
        names = ", ".join(named(view.result, ref) for ref in view.result.not_looked)
        said = f"not looked at again before the end, since their venue could not be asked: {names}; the sweep does so"
        console.print(said, markup=False)
    if view.commands:
        console.print(f"commands: {', '.join(view.commands)}", markup=False)
    print_trouble(view, console)
    for other in late:
        console.print(f"late effect: {other} (see `allornone status {other}`)", markup=False)


def print_trouble(view: GroupView, console: Console, indent: str = "") -> None:
    """Print what is open and what would help. A line that is to be pasted is never broken."""
    for line in trouble_lines(view):
        console.print(indent + line, markup=False, soft_wrap=True)


def print_waiting(waiting: "Sequence[Waiting]") -> None:
    """Print the groups that wait for an operator, one after the other."""
    console = out()
    for each in waiting:
        view, summary = each.view, each.summary
        word = summary.status if summary.is_lost else None
        console.print(headline(view, word), markup=False, soft_wrap=True)
        console.print(f"  strategy {summary.strategy or '-'}, {_age(view)}", markup=False)
        if each.silence:
            told = f"  told by the {each.witness.value}, as {_unasked(each.silence, word)}"
            console.print(told, markup=False, soft_wrap=True)
        for operation in view.operations:
            console.print(f"  {_known(view, operation)}", markup=False, soft_wrap=True)
        print_trouble(view, console, "  ")
        console.print()
    if not waiting:
        console.print("no group needs an operator")


def _unasked(silence: str, word: str | None) -> str:
    return silence if word is not None else f"the group does not answer: {silence}"


def _age(view: GroupView) -> str:
    return f"started {view.started_at:%Y-%m-%d %H:%M:%S} UTC" if view.started_at else "start unknown"


def _known(view: GroupView, operation: OperationView) -> str:
    undo = "undo " if operation.direction.value == "rollback" else ""
    verdict = f" ({operation.verdict.value})" if operation.verdict else ""
    moved = f", moved {changes(operation.net_deltas)}" if operation.net_deltas else ""
    what = f"{operation.operation_id}, {operation.operation_type} at {operation.venue}"
    return f"known: {what}: {undo}{state_word(view, operation)}{verdict}{moved}"


def print_list(groups: "Sequence[GroupSummary]") -> None:
    """Print groups, one a row, the newest first."""
    table = _table("group", "status", "operator", "strategy", "operations", "venues", "started")
    for group in groups:
        table.add_row(
            group.atomic_group_id,
            group.status,
            "needed" if group.needs_operator else "-",
            group.strategy or "-",
            str(group.operation_count),
            ", ".join(group.venues),
            f"{group.started_at:%Y-%m-%d %H:%M:%S}" if group.started_at else "-",
        )
    out().print(table)


def print_simulation(answer: SimulationAnswer) -> None:
    """Print a rehearsal: what each operation would do and what undoing it would leave."""
    table = _table("operation", "venue", "changes", "verdict", "undo", "undoing it would leave")
    for operation in answer.operations:
        verdict = operation.reconciliation.verdict.value if operation.reconciliation else "-"
        table.add_row(
            operation.operation_id,
            operation.venue,
            changes(operation.handshake.actual_deltas),
            verdict,
            operation.undo_class or "-",
            changes(operation.rollback_cost),
        )
    console = out()
    console.print(table)
    fees = ", ".join(f"{amount:f} {currency}" for currency, amount in answer.fees.items()) or "-"
    console.print(f"all together: {changes(answer.net_deltas)}", markup=False)
    console.print(f"fees: {fees}", markup=False)
    console.print(f"rolling all of it back would leave: {changes(answer.rollback_cost)}", markup=False)
    for line in breach_lines(answer):
        console.print(line, markup=False, soft_wrap=True)
    for operation_id, why in answer.refused.items():
        console.print(f"refused: {operation_id}: {why}", markup=False)


def breach_lines(answer: SimulationAnswer) -> Iterator[str]:
    """Say of each breach what the plan expects, what the venue predicts, and what differs."""
    for operation in answer.operations:
        judged = operation.reconciliation
        if judged is not None and judged.verdict is Verdict.BREACH:
            yield f"breach: {operation.operation_id}: {judged.reason}"
            yield f"  the plan expects {changes(judged.expected)}"
            yield f"  {operation.venue} predicts {changes(judged.actual)}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
