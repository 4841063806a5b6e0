"""An installation that was good, and a hand that changes it so skilfully that only one thing is wrong."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from temporalio.client import Client

from allornone.eventlog.line import FIRST, encode, line_hash
from allornone.ids import client_ref, digest, event_id
from allornone_verify import Report, Request, examine
from tests.verified import SKEW_S

FAMILIES = ("operation_executions", "atomic_operation_groups", "execution_deltas", "group_transitions")
Fields = dict[str, Any]


class Installation:
    """A data folder with the log and the ledger of one scenario; `target` is the server that has its history."""

    def __init__(self, folder: Path, target: str) -> None:
        self.folder = folder
        self.target = target

    def copied(self, folder: Path) -> "Installation":
        """Return a copy that may be spoilt."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Installation(folder, self.target)

    async def report(self, *, history: bool = False, ledger: bool = True, group: str | None = None) -> Report:
        """Check it."""
        client = await Client.connect(self.target) if history else None
        ledgers = (self.folder / "paper.db",) if ledger else ()
        return await examine(Request(self.folder / "logs", ledgers, client, group, skew_s=SKEW_S))

    def path(self, family: str) -> Path:
        """Return a file of the log."""
        return self.folder / "logs" / "events" / f"{family}.jsonl"

    def log(self) -> list[Fields]:
        """Return every record in the order of `seq`, each with its `family`."""
        found = [
            {"family": family, **orjson.loads(line)}
            for family in FAMILIES
            for line in self.path(family).read_bytes().splitlines()
        ]
        return sorted(found, key=lambda fields: (fields.get("atomic_group_id", ""), fields.get("seq", 0)))

    def write(self, log: list[Fields], *, renumber: bool = True) -> None:
        """Write a log whose every line is whole, chained and, unless told otherwise, numbered as it stands."""
        chains, lines, seqs = dict.fromkeys(FAMILIES, FIRST), dict.fromkeys(FAMILIES, b""), dict[str, int]()
        for fields in log:
            family, group = fields["family"], fields["atomic_group_id"]
            seqs[group] = seqs.get(group, 0) + 1
            bare = {name: value for name, value in fields.items() if name not in {"family", "v", "prev", "crc"}}
            line = encode(bare | ({"seq": seqs[group]} if renumber else {}), chains[family])
            chains[family] = line_hash(line)
            lines[family] += line + b"\n"
        for family in FAMILIES:
            self.path(family).write_bytes(lines[family])

    def change(self, which: Callable[[Fields], bool], **values: Any) -> None:
        """Give new values to fields of the one record that `which` picks."""
        log = self.log()
        log[place(log, which)].update(values)
        self.write(log)

    def drop(self, which: Callable[[Fields], bool]) -> None:
        """Take one record out."""
        log = self.log()
        del log[place(log, which)]
        self.write(log)

    def move(self, which: Callable[[Fields], bool], before: Callable[[Fields], bool]) -> None:
        """Put one record before another."""
        log = self.log()
        moved = log.pop(place(log, which))
        log.insert(place(log, before), moved)
        self.write(log)

    def insert(self, fields: Fields, before: Callable[[Fields], bool]) -> None:
        """Put a record that never was before another."""
        log = self.log()
        log.insert(place(log, before), fields)
        self.write(log)

    def sql(self, statement: str) -> None:
        """Change the ledger."""
        with sqlite3.connect(self.folder / "paper.db") as connection:
            changed = connection.execute(statement)
            assert changed.rowcount
        connection.close()

    def plan(self, change: Callable[[Fields], None]) -> None:
        """Let the group have had another plan from the beginning: every id in log and ledger follows."""
        log, refs = renamed(self.log(), change)
        self.write(log)
        with sqlite3.connect(self.folder / "paper.db") as connection:
            for old, new in refs.items():
                for table in ("orders", "effects"):
                    connection.execute(f"UPDATE {table} SET client_ref = ? WHERE client_ref = ?", (new, old))  # noqa: S608
        connection.close()


def renamed(log: list[Fields], change: Callable[[Fields], None]) -> tuple[list[Fields], dict[str, str]]:
    """Return the one group's records as they would be of another plan, and what each reference became."""
    plan = log[place(log, kind("started"))]["facts"]["plan"]
    change(plan)
    own = digest({name: value for name, value in plan.items() if name not in {"metadata", "correlation_id"}})
    refs: dict[str, str] = {}
    for fields in sorted(log, key=lambda fields: fields["family"] != "operation_executions"):
        _rename(fields, plan["atomic_group_id"], own, refs)
    return log, refs


def _rename(fields: Fields, group: str, own: str, refs: dict[str, str]) -> None:
    fields["atomic_group_id"] = group
    if "plan_hash" in fields:
        fields["plan_hash"] = own
    old = fields.get("client_ref")
    if old:
        name = fields.get("operation_id") or fields.get("source_operation_id") or ""
        refs.setdefault(old, client_ref(group, own, name, fields.get("direction", ""), fields.get("epoch", 0)))
        fields["client_ref"] = refs[old]
    match fields["family"], fields.get("kind"):
        case "operation_executions", _:
            fields["event_id"] = event_id(fields["client_ref"], "operation", fields["status"])
        case "atomic_operation_groups", _:
            fields["event_id"] = event_id(group, own, "end")
        case _, "revoked":
            fields["event_id"] = event_id(fields["client_ref"], "revoked")
        case _, "started":
            fields["event_id"] = event_id(group, own, "started", 0)
        case _:
            fields["event_id"] = event_id(group, "renamed", fields["event_id"])


def place(log: list[Fields], which: Callable[[Fields], bool]) -> int:
    """Return where the record lies that `which` picks: exactly one."""
    (found,) = [number for number, fields in enumerate(log) if which(fields)]
    return found


def operation(operation_id: str, status: str, direction: str = "forward", epoch: int = 1) -> Callable[[Fields], bool]:
    """Pick one record of an operation or its undo."""
    wanted = {"operation_id": operation_id, "status": status, "direction": direction, "epoch": epoch}
    return lambda fields: all(fields.get(name) == value for name, value in wanted.items())


def kind(name: str) -> Callable[[Fields], bool]:
    """Pick the one transition of a kind."""
    return lambda fields: fields["family"] == "group_transitions" and fields["kind"] == name


def deltas(operation_id: str, direction: str = "forward") -> Callable[[Fields], bool]:
    """Pick the record of an effect."""
    return lambda fields: (fields.get("source_operation_id"), fields.get("direction")) == (operation_id, direction)


def end(fields: Fields) -> bool:
    """Pick the end."""
    return bool(fields["family"] == "atomic_operation_groups")


def names(report: Report) -> set[str]:
    """Return the invariants that are broken."""
    return {verdict.name for verdict in report.broken}


def first(report: Report, name: str) -> tuple[str, str]:
    """Return what the first witness of an invariant shows, and where."""
    found = report.verdict(name).breaks[0]
    return found.found, found.place
