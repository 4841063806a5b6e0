"""What there is of each asset, as Advanced Trade and as `/v2` tell it."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from allornone.testexchange.coinbase.forms import WALLET, account_form, assets_of, moment, plain
from allornone.testexchange.coinbase.ids import account_id
from allornone.testexchange.coinbase.problem import listed
from allornone.testexchange.coinbase.request import Request
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.keys import Key
from allornone.units import total

_FIAT = frozenset({"USD", "EUR"})


def brokerage_accounts(engine: Engine, request: Request) -> dict[str, Any]:
    """Return every account of the caller, free and on hold."""
    found = [account_form(engine, request.account, asset) for asset in assets_of(engine, request.account)]
    return {"accounts": found, "has_next": False, "cursor": "", "size": len(found)}


def accounts(engine: Engine, request: Request) -> dict[str, Any]:
    """Return every account of the caller with its whole balance."""
    found = [_form(engine, request.account, asset) for asset in assets_of(engine, request.account)]
    return {"pagination": pages(request), "data": found}


def asset_at(engine: Engine, request: Request) -> str:
    """Return the asset of the account that the path names, by its id or its currency."""
    for asset in assets_of(engine, request.account):
        if request.path[0] in (asset, account_id(request.account, asset)):
            return asset
    raise listed(404, "not_found", "Not found")


def pages(request: Request) -> dict[str, Any]:
    """Return what a list of `/v2` tells of itself, where it has one page."""
    return {
        "ending_before": None,
        "starting_after": None,
        "previous_ending_before": None,
        "next_starting_after": None,
        "limit": request.limit(),
        "order": "desc",
        "previous_uri": None,
        "next_uri": None,
    }


def _form(engine: Engine, account: str, asset: str) -> dict[str, Any]:
    found, shown = account_id(account, asset), engine.reading.balance(account, WALLET, asset)
    return {
        "id": found,
        "name": f"{asset} Wallet",
        "primary": False,
        "type": "fiat" if asset in _FIAT else "wallet",
        "currency": {"code": asset, "name": asset, "exponent": 8, "type": "fiat" if asset in _FIAT else "crypto"},
        "balance": {"amount": plain(total((shown.free, shown.locked))), "currency": asset},
        "created_at": moment(0),
        "updated_at": moment(0),
        "resource": "account",
        "resource_path": f"/v2/accounts/{found}",
        "allow_deposits": True,
        "allow_withdrawals": True,
    }


def key_permissions(key: Key) -> dict[str, Any]:
    """Return what a key may do."""
    return {
        "can_view": "read" in key.permissions,
        "can_trade": "trade" in key.permissions,
        "can_transfer": "withdraw" in key.permissions,
        "portfolio_uuid": str(uuid5(NAMESPACE_URL, f"coinbase/portfolio/{key.account}")),
        "portfolio_type": "DEFAULT",
    }
