"""The foreign clients: `make fidelity` installs them into an environment of their own; elsewhere their tests skip."""

import importlib
import os
from typing import Any

import pytest

WHY = "the exchanges' own clients; `make fidelity` installs and runs them"


def peer(module: str) -> Any:
    """Return a client's module, untyped: the main environment, where types are checked, does not have it."""
    if os.environ.get("ALLORNONE_FIDELITY_REQUIRED") == "1":
        return importlib.import_module(module)
    return pytest.importorskip(module, reason=WHY)
