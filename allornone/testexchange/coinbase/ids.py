"""Coinbase's ids are UUIDs; here each is a number in disguise, so that nothing has to remember it."""

from uuid import NAMESPACE_URL, UUID, uuid5

from allornone.testexchange.engine.disguise import gathered, scattered

_ROOM = 2**128
_SCATTER = 0x9E3779B97F4A7C15F39CC0605CEDC835


def identified(number: int) -> str:
    """Return the id of the order, fill or transaction `number`."""
    return str(UUID(int=scattered(number, _SCATTER, _ROOM)))


def numbered(text: str) -> int | None:
    """Return the number behind an id, None where it is no id."""
    try:
        return gathered(UUID(text).int, _SCATTER, _ROOM)
    except ValueError:
        return None


def account_id(account: str, asset: str) -> str:
    """Return the id of what an account has of one asset."""
    return str(uuid5(NAMESPACE_URL, f"coinbase/{account}/{asset}"))


def user_id(account: str) -> str:
    """Return the id of an account's holder."""
    return str(uuid5(NAMESPACE_URL, f"coinbase/{account}"))
