"""A certificate authority of its own: clients that trust its file reach the exchanges by their real names."""

import ssl
from collections.abc import Iterable
from pathlib import Path

import trustme

from allornone.testexchange.keys import write_private

CA_FILE = "ca.pem"
_CA_KEY_FILE = "ca-key.pem"


def authority(folder: Path) -> trustme.CA:
    """Return the folder's authority, made at the first call; clients keep trusting it after a restart."""
    certificate, key = folder / CA_FILE, folder / _CA_KEY_FILE
    if not key.exists():
        made = trustme.CA(organization_name="allornone test exchange")
        certificate.write_bytes(made.cert_pem.bytes())
        write_private(key, made.private_key_pem.bytes().decode())
    return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())


def server_context(ca: trustme.CA, hosts: Iterable[str]) -> ssl.SSLContext:
    """Return a TLS context that shows a certificate for `hosts`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    # The type of a context of pyOpenSSL, which is not here, is unknown.
    ca.issue_cert(*sorted(hosts)).configure_cert(context)  # pyright: ignore[reportUnknownMemberType]
    return context
