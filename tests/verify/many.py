"""One installation of many groups, each a copy of a real one under an id of its own.

`python -m tests.verify.many FOLDER GROUPS COPIED...` makes one to measure the checker with.
"""

import sqlite3
import sys
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

from allornone.eventlog.line import FIRST, encode, line_hash
from tests.verify.installation import FAMILIES, Fields, Installation, renamed

Row = tuple[Any, ...]


def multiplied(originals: list[Installation], folder: Path, groups: int) -> Installation:
    """Write `groups` groups, the endings in turn, into one log and one ledger. Each original has one group."""
    (folder / "logs" / "events").mkdir(parents=True)
    made = Installation(folder, originals[0].target)
    logs = [each.log() for each in originals]
    chains: dict[str, str] = dict.fromkeys(FAMILIES, FIRST)
    files: dict[str, Any] = {family: made.path(family).open("wb") for family in FAMILIES}
    ledger = sqlite3.connect(folder / "paper.db")
    for number in range(groups):
        original = originals[number % len(originals)]
        group = f"g{number:06}"
        log, refs = renamed(deepcopy(logs[number % len(logs)]), partial(_called, group))
        for fields in log:
            _append(fields, chains, files)
        _copy_orders(original.folder / "paper.db", ledger, group, refs)
    _add_up(ledger)
    for file in files.values():
        file.close()
    ledger.close()
    return made


def _called(group: str, plan: Fields) -> None:
    plan["atomic_group_id"] = group
    for operation in plan["operations"]:
        operation["atomic_group_id"] = group


def _append(fields: Fields, chains: dict[str, str], files: dict[str, Any]) -> None:
    family = fields["family"]
    bare = {name: value for name, value in fields.items() if name not in {"family", "v", "prev", "crc"}}
    line = encode(bare, chains[family])
    chains[family] = line_hash(line)
    files[family].write(line + b"\n")


def _copy_orders(path: Path, ledger: sqlite3.Connection, group: str, refs: dict[str, str]) -> None:
    with sqlite3.connect(path) as source:
        tables = source.execute(
            "SELECT sql FROM sqlite_master WHERE sql LIKE 'CREATE TABLE%' AND name NOT LIKE 'sqlite%'"
        )
        for (statement,) in tables.fetchall():
            ledger.execute(statement.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
        for order in source.execute("SELECT * FROM orders ORDER BY order_id").fetchall():
            effects = source.execute(
                "SELECT * FROM effects WHERE order_id = ? ORDER BY effect_id", order[:1]
            ).fetchall()
            _copy_order(ledger, order, effects, group, refs)
    source.close()


def _copy_order(ledger: sqlite3.Connection, order: Row, effects: list[Row], group: str, refs: dict[str, str]) -> None:
    ref = refs[order[2]]
    values = (None, order[1], ref, group, *order[4:])
    marks = ", ".join("?" * len(values))
    order_id = ledger.execute(f"INSERT INTO orders VALUES ({marks})", values).lastrowid  # noqa: S608 (question marks)
    for effect in effects:
        row = (None, order_id, effect[2], ref, group, *effect[5:])
        ledger.execute(f"INSERT INTO effects VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 (question marks)


def _add_up(ledger: sqlite3.Connection) -> None:
    # Amounts of the paper venues have few digits here, so the sum is taken in whole units of the 18th place.
    sums: dict[str, int] = {}
    for key, delta in ledger.execute("SELECT position_key, delta FROM effects"):
        whole, _, part = delta.partition(".")
        units = int(whole.lstrip("-") + part.ljust(18, "0"))
        sums[key] = sums.get(key, 0) + (-units if delta.startswith("-") else units)
    for key, units in sums.items():
        text = f"{abs(units):019}"
        amount = f"{'-' if units < 0 else ''}{text[:-18]}.{text[-18:]}"
        ledger.execute("INSERT INTO balances VALUES (?, ?)", (key, amount))
    ledger.commit()


if __name__ == "__main__":
    target, count, *copied = sys.argv[1:]
    multiplied([Installation(Path(each), "") for each in copied], Path(target), int(count))
