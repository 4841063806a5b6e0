"""The keys an exchange accepts: made once, kept in files that only their owner may read."""

import base64
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Key:
    """A key, whose it is, and what it may do. The secret is in no text of it."""

    api_key: str
    secret: str = field(repr=False)
    account: str
    permissions: frozenset[str]
    """Of `read`, `trade`, `perp`, `transfer`, `withdraw`."""


ALL = frozenset({"read", "trade", "perp", "transfer", "withdraw"})
SUFFIXES = {"": ALL, "-trading": ALL - {"withdraw"}, "-readonly": frozenset({"read"})}
"""The keys that every account has, by what stands behind its name, and what each may do."""


def holder_of(name: str) -> str:
    """Return whose key it is, by the key's name."""
    return name.removesuffix("-readonly").removesuffix("-trading")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def credentials_path(folder: Path, exchange: str, account: str) -> Path:
    """Return where the key of an account is: JSON with `apiKey` and `secret`, as ccxt names them."""
    return folder / f"{exchange}-{account}.json"


def key_of(folder: Path, exchange: str, account: str, permissions: frozenset[str] = ALL) -> Key:
    """Return the account's key, made and written at the first call."""
    path = credentials_path(folder, exchange, account)
    if not path.exists():
        made = {"apiKey": secrets.token_hex(32), "secret": base64.b64encode(secrets.token_bytes(48)).decode()}
        write_private(path, json.dumps(made))
    found = json.loads(path.read_text("utf-8"))
    return Key(found["apiKey"], found["secret"], holder_of(account), permissions)
