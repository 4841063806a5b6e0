"""What the demo tells at its end: one row a group, then where to look."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from allornone.cli.tables import changes, out
from allornone.client.address import ServerAddress
from allornone.deltas import add, without_zero
from allornone.models.group import ENDS, GroupStatus
from allornone.models.result import GroupResult
from allornone.positions import parse_key


@dataclass(frozen=True, slots=True)
class Row:
    """One group: what it shows, how it should end (None: in any of the four ends), and how it did (None: not)."""

    group_id: str
    shows: str
    should: GroupStatus | None
    result: GroupResult | None

    @property
    def is_right(self) -> bool:
        """Whether it ended as it should."""
        if self.result is None:
            return False
        return self.result.status in ENDS if self.should is None else self.result.status is self.should


def print_rows(rows: list[Row], address: ServerAddress) -> None:
    """Print what happened, to stdout."""
    console = out()
    console.print(_table(rows))
    for row in rows:
        console.print(f"  {_link(address, row.group_id)}", markup=False, soft_wrap=True)
    _print_counts(console, rows)


def _table(rows: list[Row]) -> Table:
    table = Table(box=SIMPLE, pad_edge=False, show_lines=True, header_style="bold")
    table.add_column("group", min_width=28)
    for column in ("should end", "ended", "changed", "left (residual)", "cost (friction)"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(f"{row.group_id}\n{row.shows}", row.should.value if row.should else "any end", *_ended(row))
    return table


def _ended(row: Row) -> tuple[str, ...]:
    if row.result is None:
        return ("not over", "-", "-", "-")
    mark = "" if row.is_right else " (!)"
    return (
        row.result.status.value + mark,
        _cell(_changed(row.result)),
        _cell(row.result.residual_deltas),
        _cell(row.result.friction),
    )


def _changed(result: GroupResult) -> dict[str, Decimal]:
    sent = (each for operation in result.operations for each in (*operation.handshakes, *operation.undo_handshakes))
    return without_zero(add(*(handshake.actual_deltas for handshake in sent)))


def _cell(amounts: dict[str, Decimal]) -> str:
    return changes(short(amounts)).replace(", ", "\n")


def short(amounts: dict[str, Decimal]) -> dict[str, Decimal]:
    """Return the same changes under keys without their type, which the venue and the token tell."""
    keys = {key: parse_key(key) for key in amounts}
    return {f"{keys[key].venue}:{keys[key].token}": amount for key, amount in amounts.items()}


def _link(address: ServerAddress, group_id: str) -> str:
    return f"{address.ui_url}/namespaces/default/workflows/{quote(group_id, safe='')}"


def _print_counts(console: Console, rows: list[Row]) -> None:
    right = sum(row.is_right for row in rows)
    console.print(f"{right} of {len(rows)} groups ended as they should", markup=False)
