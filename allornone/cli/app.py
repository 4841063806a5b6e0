"""The commands of a client, put together. `worker.main` adds those that run processes."""

import typer

from allornone.cli.exchanging import serve_exchanges
from allornone.cli.history import events
from allornone.cli.operating import cancel, pause, resolve, resume, retry
from allornone.cli.reading import list_groups, status
from allornone.cli.running import run, submit, watch
from allornone.cli.serving import paper
from allornone.cli.simulating import simulate
from allornone.cli.verifying import verify

app = typer.Typer(
    name="allornone",
    help="Atomic operation groups across trading venues: all done, all undone, or exactly what is left.",
    epilog="Exit codes: 0 fine; 1 rolled back, failed; 2 bad input, refused; 3 blocked, partial; 4 no server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for command in (run, submit, status, watch, retry, cancel, resolve, pause, resume, simulate, events, paper):
    app.command(command.__name__)(command)
app.command("list")(list_groups)
app.command("testexchange")(serve_exchanges)
# What it takes, and its help, are the checker's own.
app.command(
    "verify",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False},
)(verify)
