"""`python -m worker.paper DATA_DIR HOST PORT`: the paper venues as the child process of `dev` and `demo`."""

import sys
from pathlib import Path

from allornone.venues.paper import run_paper

if __name__ == "__main__":
    folder, host, port = sys.argv[1:]
    run_paper(Path(folder), host, int(port), None)
