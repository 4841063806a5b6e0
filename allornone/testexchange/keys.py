"""The keys an exchange accepts: made once, kept in files that only their owner may read."""

import base64
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Key:
    """A key, whose it is, and what it may do. The secret is in no text of it."""

    name: str
    api_key: str
    secret: str = field(repr=False)
    permissions: frozenset[str]
    """Of `read`, `trade`, `perp`, `transfer`, `withdraw`."""

    @property
    def account(self) -> str:
        """Whose it is."""
        return self.name.removesuffix("-readonly").removesuffix("-trading")


class Keys:
    """The keys that an exchange has given out. One that has ended is as good as none, until it is back."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys = {key.api_key: key for key in keys}
        self._ended: set[str] = set()

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())

    def holder(self, api_key: str) -> str | None:
        """Return whose key that is or was, None of one that was never given out."""
        key = self._keys.get(api_key)
        return None if key is None else key.account

    def good(self, api_key: str) -> Key | None:
        """Return the key if it is good now."""
        key = self._keys.get(api_key)
        return None if key is None or key.name in self._ended else key

    def ends(self, name: str) -> None:
        """Turn a key down from now on, as when its owner deletes it or its time is over. Raises KeyError."""
        self._ended.add(self._named(name))

    def returns(self, name: str) -> None:
        """Take a key that had ended. Raises KeyError."""
        self._ended.discard(self._named(name))

    def _named(self, name: str) -> str:
        if name not in (key.name for key in self):
            raise KeyError(f"key {name!r}")
        return name


ALL = frozenset({"read", "trade", "perp", "transfer", "withdraw"})
SUFFIXES = {"": ALL, "-trading": ALL - {"withdraw"}, "-readonly": frozenset({"read"})}
"""The keys that every account has, by what stands behind its name, and what each may do."""


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


def key_of(folder: Path, exchange: str, name: str, permissions: frozenset[str] = ALL) -> Key:
    """Return the key of a name, made and written at the first call."""
    path = credentials_path(folder, exchange, name)
    if not path.exists():
        made = {"apiKey": secrets.token_hex(32), "secret": base64.b64encode(secrets.token_bytes(48)).decode()}
        write_private(path, json.dumps(made))
    found = json.loads(path.read_text("utf-8"))
    return Key(name, found["apiKey"], found["secret"], permissions)
