"""Who calls Kraken: the key, its signature, its nonce and what it may do. Checked in this order."""

from allornone.testexchange.door import Call
from allornone.testexchange.keys import Key, Keys
from allornone.testexchange.kraken.errors import (
    INVALID_KEY,
    INVALID_NONCE,
    INVALID_SIGNATURE,
    PERMISSION_DENIED,
    KrakenError,
)
from allornone.testexchange.kraken.signature import fits

WINDOW = 60_000_000
"""How far below the last nonce another may be: as wide as a minute of microseconds, as on a key that several share."""


class Keyring:
    """The keys that Kraken accepts, and the nonces that each has used. Without a window no late call acts."""

    def __init__(self, keys: Keys, nonce_window: int = WINDOW) -> None:
        self._keys = keys
        self._window = nonce_window
        self._used: dict[str, set[int]] = {}

    def holder(self, call: Call) -> str | None:
        """Return whose key the call names; nothing is checked."""
        return self._keys.holder(_header(call, "API-Key"))

    def account(self, call: Call, permission: str) -> str:
        """Return whose account the call acts on. Raises KrakenError where it may not; uses up the nonce."""
        key = self.known(call)
        if permission not in key.permissions:
            raise KrakenError(PERMISSION_DENIED)
        return key.account

    def known(self, call: Call) -> Key:
        """Return the key that signed the call, whatever it may do; uses up the nonce."""
        key = self._keys.good(_header(call, "API-Key"))
        if key is None:
            raise KrakenError(INVALID_KEY)
        nonce = call.params.get("nonce", "")
        if not fits(call.path, nonce, call.body.encode(), key.secret, _header(call, "API-Sign")):
            raise KrakenError(INVALID_SIGNATURE)
        self._use(key.api_key, nonce)
        return key

    def _use(self, api_key: str, nonce: str) -> None:
        used = self._used.setdefault(api_key, set())
        least = max(used, default=0) - self._window
        if not nonce.isascii() or not nonce.isdigit() or int(nonce) <= least or int(nonce) in used:
            raise KrakenError(INVALID_NONCE)
        self._used[api_key] = {each for each in used if each > least} | {int(nonce)}


def _header(call: Call, name: str) -> str:
    return next((value for key, value in call.headers.items() if key.lower() == name.lower()), "")
