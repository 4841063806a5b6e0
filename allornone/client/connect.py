"""The one way to a Temporal client: by Temporal's own configuration, else to the embedded server."""

import asyncio

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from allornone.client.address import live_address, read_address
from allornone.client.parting import linger_at_exit
from allornone.client.quiet import quiet_core
from allornone.errors import BadSettingsError, NoServerError
from allornone.settings import Settings

CONNECT_TIMEOUT_S = 5
"""A server that has not answered a handshake by then is as good as none to somebody who waits at a prompt."""


async def connect(settings: Settings, *, embedded_only: bool = False) -> Client:
    """Return a client that reads and writes our models.

    `embedded_only` leaves Temporal's own configuration aside, as `dev`, `demo` and the tests do. Raises
    NoServerError within seconds when nothing answers, BadSettingsError when the configuration cannot be read.
    """
    quiet_core()
    linger_at_exit()
    configured = ClientConnectConfig() if embedded_only else configured_server()
    if "target_host" not in configured:
        # The rest of a profile without an address (a namespace, a key) is meant for some other server.
        configured = ClientConnectConfig(target_host=_embedded_target(settings))
    target = configured.get("target_host", "")
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            return await Client.connect(
                target,
                namespace=configured.get("namespace", "default"),
                api_key=configured.get("api_key"),
                tls=configured.get("tls"),
                rpc_metadata=configured.get("rpc_metadata", {}),
                data_converter=pydantic_data_converter,
            )
    except (
        RuntimeError,
        TimeoutError,
    ) as error:  # the SDK's bridge raises RuntimeError for every failed connection
        raise NoServerError(
            f"no Temporal server answers at {target} ({_short(error)}); start it, or correct "
            "TEMPORAL_ADDRESS, or unset it and run `allornone dev`"
        ) from None


def configured_server() -> ClientConnectConfig:
    """Return what `temporal.toml` and `TEMPORAL_*` say; without `target_host` when they name no address."""
    try:
        return ClientConfig.load_client_connect_config()
    except (RuntimeError, ValueError, OSError) as error:
        raise BadSettingsError(f"Temporal's own configuration cannot be read: {error}") from None


def _embedded_target(settings: Settings) -> str:
    address = live_address(settings.data_dir)
    if address is not None:
        return address.target
    known = read_address(settings.data_dir)
    folder = settings.data_dir.resolve()
    found = f"the one of {folder} ({known.target}) does not answer" if known else f"{folder} knows of none"
    raise NoServerError(
        f"no Temporal server: {found}; run `allornone dev` (embedded server, paper venues and a worker), "
        "or set ALLORNONE_DATA_DIR to the folder of one that runs, or TEMPORAL_ADDRESS to a server of your own"
    )


def _short(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {CONNECT_TIMEOUT_S} s"
    return "connection refused" if "refused" in str(error) else str(error).partition("(")[0].strip()
