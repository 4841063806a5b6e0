"""Who calls: the key, the signature, the clock. Checked in this order, before anything else is looked at."""

import hashlib
import hmac
from collections.abc import Callable

from allornone.testexchange.binance.problem import UNAUTHORISED, ProblemError
from allornone.testexchange.door import Call
from allornone.testexchange.keys import Key, Keys

WINDOW_MS = 5_000
WINDOW_MAX_MS = 60_000
AHEAD_MS = 1_000
"""How far a caller's clock may be ahead."""


class Signatures:
    """Checks signed calls against the keys of an exchange."""

    def __init__(self, keys: Keys, now: Callable[[], int]) -> None:
        self._keys = keys
        self._now = now

    def account(self, call: Call) -> str | None:
        """Return whose key the call names; no check is made."""
        return self._keys.holder(_header(call))

    def known(self, call: Call) -> Key:
        """Return the key of a call that needs one and no signature."""
        if not _header(call):
            raise ProblemError(-2014, "API-key format invalid.", UNAUTHORISED)
        key = self._keys.good(_header(call))
        if key is None:
            raise ProblemError(-2015, "Invalid API-key, IP, or permissions for action.", UNAUTHORISED)
        return key

    def check(self, call: Call, permission: str) -> Key:
        """Return the key of a signed call that may do this now."""
        key = self.known(call)
        self._check_signature(call, key)
        self._check_time(call.params)
        if permission not in key.permissions:
            raise ProblemError(-2015, "Invalid API-key, IP, or permissions for action.", UNAUTHORISED)
        return key

    @staticmethod
    def _check_signature(call: Call, key: Key) -> None:
        signed = _unsigned(call.query) + _unsigned(call.body)
        wanted = hmac.new(key.secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, call.params.get("signature", "")):
            raise ProblemError(-1022, "Signature for this request is not valid.")

    def _check_time(self, params: dict[str, str]) -> None:
        stamp, window = _milliseconds(params, "timestamp", None), _milliseconds(params, "recvWindow", WINDOW_MS)
        if window > WINDOW_MAX_MS:
            raise ProblemError(-1131, f"recvWindow must be less than {WINDOW_MAX_MS}.")
        now = self._now()
        if stamp >= now + AHEAD_MS:
            raise ProblemError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
        if now - stamp > window:
            raise ProblemError(-1021, "Timestamp for this request is outside of the recvWindow.")


def _header(call: Call) -> str:
    return call.headers.get("X-MBX-APIKEY", "")


def _unsigned(text: str) -> str:
    return "&".join(part for part in text.split("&") if part and not part.startswith("signature="))


def _milliseconds(params: dict[str, str], name: str, default: int | None) -> int:
    text = params.get(name, "")
    if not text and default is not None:
        return default
    # A window may have three decimal places.
    whole, _, part = text.partition(".")
    text = whole if default is not None and part.isdigit() else text
    if not text.isascii() or not text.isdigit():
        raise ProblemError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
    return int(text)
