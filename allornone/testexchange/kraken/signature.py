"""Whether a private request was signed with the key's secret: HMAC-SHA512 over its path, its nonce and its body."""

import base64
import binascii
import hashlib
import hmac


def signed(path: str, nonce: str, body: bytes, secret: str) -> str:
    """Return what `API-Sign` must be for `body` sent to `path`."""
    digest = hashlib.sha256(nonce.encode() + body).digest()
    key = base64.b64decode(secret)
    return base64.b64encode(hmac.new(key, path.encode() + digest, hashlib.sha512).digest()).decode()


def fits(path: str, nonce: str, body: bytes, secret: str, signature: str) -> bool:
    """Tell whether `signature` is the one that the secret gives."""
    try:
        sent = base64.b64decode(signature, validate=True)
    except binascii.Error:
        return False
    return hmac.compare_digest(sent, base64.b64decode(signed(path, nonce, body, secret)))
