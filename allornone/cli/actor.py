"""Who speaks: the login user, where nobody else is named."""

import getpass


def login() -> str:
    """Return the login user, `operator` where the machine knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"
