"""The console script: the client's commands, and those that run processes."""

from allornone.cli.app import app
from allornone.client.exit import run_and_exit
from worker.commands import dev, worker
from worker.demo import demo

app.command()(demo)
app.command()(dev)
app.command()(worker)


def main() -> None:
    """Run one command and end the process with its exit code."""
    run_and_exit(app)


if __name__ == "__main__":
    main()
