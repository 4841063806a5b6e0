"""Coinbase's keys: a name, and the private half of a P-256 pair that signs a token for each call."""

import json
import uuid
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from allornone.testexchange.keys import ALL, Key, credentials_path, write_private


def coinbase_key(folder: Path, name: str, permissions: frozenset[str] = ALL) -> Key:
    """Return the key of a name, made and written at the first call."""
    path = credentials_path(folder, "coinbase", name)
    if not path.exists():
        write_private(path, json.dumps({"apiKey": _name(), "secret": _private_half()}))
    found = json.loads(path.read_text("utf-8"))
    return Key(name, found["apiKey"], found["secret"], permissions)


def _name() -> str:
    return f"organizations/{uuid.uuid4()}/apiKeys/{uuid.uuid4()}"


def _private_half() -> str:
    made = generate_private_key(SECP256R1())
    return made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
