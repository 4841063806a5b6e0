"""Who calls Coinbase: a token signed with the key (ES256), for one method and path, good for two minutes."""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from allornone.testexchange.coinbase.problem import brokerage, unauthorised
from allornone.testexchange.coinbase.shapes import object_of
from allornone.testexchange.door import Call
from allornone.testexchange.keys import Key, Keys

_BEARER = "Bearer "
_HALF = 32
_PARTS = 3


class Tokens:
    """Checks the tokens of calls against the keys of the exchange, by its clock."""

    def __init__(self, keys: Keys, now: Callable[[], int]) -> None:
        self._keys = keys
        self._public = {key.api_key: _public_half(key) for key in keys}
        self._now = now

    def holder(self, call: Call) -> str | None:
        """Return whose key the call names; nothing is checked."""
        return self._keys.holder(_named(_token(call)))

    def account(self, call: Call, permission: str) -> str:
        """Return whose account the call acts on. Raises ProblemError where it may not."""
        key = self.known(call)
        if permission not in key.permissions:
            raise brokerage(403, "PERMISSION_DENIED", "Missing required scopes")
        return key.account

    def known(self, call: Call) -> Key:
        """Return the key that signed the call, whatever it may do."""
        token = _token(call)
        key = self._keys.good(_named(token))
        if key is None or not _signed(token, self._public[key.api_key]) or not self._meant(_read(token, 1), call):
            raise unauthorised()
        return key

    def _meant(self, claims: dict[str, Any], call: Call) -> bool:
        now = self._now() / 1000
        begins, ends = claims.get("nbf"), claims.get("exp")
        in_time = isinstance(begins, int) and isinstance(ends, int) and begins <= now < ends
        return in_time and claims.get("uri") == f"{call.method} {call.host}{call.path}"


def _token(call: Call) -> str:
    header = next((value for name, value in call.headers.items() if name.lower() == "authorization"), "")
    return header.removeprefix(_BEARER)


def _named(token: str) -> str:
    """Return the key that a token says it is signed with."""
    return str(_read(token, 0).get("kid"))


def _read(token: str, part: int) -> dict[str, Any]:
    parts = token.split(".")
    try:
        return object_of(json.loads(_bytes(parts[part]))) or {} if len(parts) == _PARTS else {}
    except (ValueError, binascii.Error):
        return {}


def _signed(token: str, key: EllipticCurvePublicKey) -> bool:
    signed, _, signature = token.rpartition(".")
    try:
        raw = _bytes(signature)
        both = encode_dss_signature(int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:]))
        key.verify(both, signed.encode(), ECDSA(SHA256()))
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _public_half(key: Key) -> EllipticCurvePublicKey:
    private = load_pem_private_key(key.secret.encode(), None)
    if not isinstance(private, EllipticCurvePrivateKey):
        raise TypeError("a Coinbase key is an elliptic-curve key")
    return private.public_key()
