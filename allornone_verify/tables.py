"""The report for people: what is broken first, what was not checked or in part only, and what held in short."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from allornone_verify.breaks import Break
from allornone_verify.report import NOTHING, Report, Verdict


def print_report(report: Report, console: Console) -> None:
    """Print a report."""
    broken = report.broken
    held = [verdict for verdict in report.verdicts if verdict.state == "held"]
    if broken:
        console.print(_broken(broken))
    for state, heading in (("not checked", "why"), ("held in part", "what was not looked at, and why")):
        if some := [verdict for verdict in report.verdicts if verdict.state == state]:
            console.print(_by_reason(state, heading, some))
    console.print(Text(f"held: {', '.join(verdict.name for verdict in held) or 'nothing'}", style="green"))
    console.print(_witnesses(report))
    console.print(_looked_at(report))
    verdict = f"{len(broken)} of {len(report.verdicts)} broken" if broken else "nothing is broken"
    console.print(Text(verdict, style="bold red" if broken else "bold green"))


def _broken(verdicts: list[Verdict]) -> Table:
    table = Table(title="broken", title_justify="left", title_style="bold red", box=box.SIMPLE_HEAD)
    for heading in ("", "what must hold", "times", "first witness"):
        table.add_column(heading, overflow="fold")
    for verdict in verdicts:
        table.add_row(verdict.name, verdict.title, str(verdict.count), Text(_witness(verdict.breaks[0])))
    return table


def _witness(found: Break) -> str:
    lines = [found.found]
    lines += [f"{name} {value}" for name, value in (("group", found.group), ("reference", found.ref)) if value]
    return "\n".join([*lines, *([found.place] if found.place else [])])


def _by_reason(title: str, heading: str, verdicts: list[Verdict]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("")
    table.add_column(heading, overflow="fold")
    reasons: dict[str, list[str]] = {}
    for verdict in verdicts:
        reasons.setdefault(verdict.reason, []).append(verdict.name)
    for reason, names in reasons.items():
        table.add_row(", ".join(names), Text(reason))
    return table


def _witnesses(report: Report) -> Text:
    """Tell which ledger was witness of which venues; those of none come first."""
    of: dict[str, list[str]] = {}
    for venue, ledger in report.witnesses.items():
        of.setdefault(ledger, []).append(venue)
    parts = [
        f"{', '.join(venues)} by {ledger}" for ledger, venues in sorted(of.items(), key=lambda kept: kept[0] != NOTHING)
    ]
    return Text(f"witnessed: {'; '.join(parts) or 'no venue was sent to'}", style="dim")


def _looked_at(report: Report) -> Text:
    parts = [f"{report.groups} groups ({report.open_groups} open", f"{report.moving_groups} moving)"]
    parts += [f"{report.records} log lines", f"{report.orders} ledger orders", f"{report.histories} histories"]
    return Text(f"{', '.join(parts)}, in {report.seconds:.1f} s", style="dim")
