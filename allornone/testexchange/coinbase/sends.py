"""Money out and in, as Coinbase does it: a send is known by `idem` for good, and its fee comes on top."""

from typing import Any

from allornone.testexchange.coinbase.accounts import asset_at, pages
from allornone.testexchange.coinbase.forms import WALLET, moment, plain
from allornone.testexchange.coinbase.ids import account_id, identified
from allornone.testexchange.coinbase.problem import ProblemError, listed
from allornone.testexchange.coinbase.request import Request, number
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.movement import Deposit, DepositState, Network, Withdrawal, WithdrawalState
from allornone.testexchange.engine.moving import Leaving
from allornone.testexchange.engine.rejection import Reason, RejectedError

_STATUS = {
    WithdrawalState.APPROVAL: "pending",
    WithdrawalState.PROCESSING: "pending",
    WithdrawalState.COMPLETED: "completed",
    WithdrawalState.FAILED: "failed",
    WithdrawalState.CANCELED: "canceled",
}
_WORDS = {
    Reason.INSUFFICIENT: ("validation_error", "Insufficient balance in source account"),
    Reason.ADDRESS: ("validation_error", "Please enter a valid address"),
    Reason.AMOUNT: ("validation_error", "Amount is below the minimum (0.00000001) required to send on-blockchain"),
    Reason.STEP: ("validation_error", "Amount has too many decimals"),
    Reason.HALTED: ("invalid_request", "Sends are temporarily disabled"),
    Reason.UNKNOWN_ASSET: ("validation_error", "Network is not supported"),
}
_IN = 2**64
"""Deposits are numbered from here, so that no send has the id of one."""


def refused(reason: Reason) -> ProblemError:
    """Return how `/v2` words a rejection."""
    return listed(400, *_WORDS.get(reason, ("validation_error", reason.value)))


def send(engine: Engine, request: Request) -> dict[str, Any]:
    """Send an amount, or show what was sent under the same `idem` before."""
    asset, idem = asset_at(engine, request), str(request.body.get("idem") or "")
    for earlier in engine.books.withdrawals.values():
        if idem and (earlier.account, earlier.client_id) == (request.account, idem):
            return {"data": _told(earlier)}
    if request.body.get("type") != "send" or request.body.get("currency") != asset:
        raise listed(400, "validation_error", "a send has type, to, amount and currency")
    named = request.body.get("network")
    try:
        network = engine.moving.network(asset, None if named is None else str(named))
        leaving = Leaving(
            account=request.account,
            wallet=WALLET,
            asset=asset,
            amount=number(request.body, "amount") + network.fee,
            address=request.text("to"),
            network=network.name,
            tag=str(request.body.get("destination_tag") or ""),
            client_id=idem,
        )
        return {"data": _told(engine.moving.withdraw(leaving))}
    except RejectedError as error:
        raise refused(error.reason) from None


def transactions(engine: Engine, request: Request) -> dict[str, Any]:
    """Return a page of what went out and came in of one asset, newest first."""
    return _paged(_rows(engine, request), request)


def received(engine: Engine, request: Request) -> dict[str, Any]:
    """Return a page of what came to one address, newest first: the rows do not tell the address themselves."""
    asset, moving = asset_at(engine, request), engine.moving
    ways = [network.name for network in moving.networks if network.asset == asset]
    here = [name for name in ways if account_id(request.account, f"{asset}/{name}") == request.path[1]]
    if not here:
        raise listed(404, "not_found", "Not found")
    rows = [row for row in engine.reading.deposits(request.account) if row.asset == asset and row.network in here]
    return _paged([_in(row) for row in reversed(rows)], request)


def _paged(rows: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    after = request.one("starting_after")
    begins = next((place + 1 for place, row in enumerate(rows) if row["id"] == after), 0)
    page = rows[begins : begins + request.limit()]
    following = page[-1]["id"] if page and begins + len(page) < len(rows) else None
    return {"pagination": {**pages(request), "next_starting_after": following}, "data": page}


def transaction(engine: Engine, request: Request) -> dict[str, Any]:
    """Return one of them."""
    for row in _rows(engine, request):
        if row["id"] == request.path[1]:
            return {"data": row}
    raise listed(404, "not_found", "Not found")


def addresses(engine: Engine, request: Request) -> dict[str, Any]:
    """Return where deposits of one asset go to, over each of its networks."""
    asset = asset_at(engine, request)
    ways = [network for network in engine.moving.networks if network.asset == asset]
    return {"pagination": pages(request), "data": [_address(engine, request.account, way) for way in ways]}


def new_address(engine: Engine, request: Request) -> dict[str, Any]:
    """Return the address over the asset's usual network: an account has one for each."""
    network = engine.moving.network(asset_at(engine, request))
    return {"data": _address(engine, request.account, network)}


def _rows(engine: Engine, request: Request) -> list[dict[str, Any]]:
    asset, reading = asset_at(engine, request), engine.reading
    found = [(row.applied_ms, _out(row)) for row in reading.withdrawals(request.account) if row.asset == asset]
    found += [(row.seen_ms, _in(row)) for row in reading.deposits(request.account) if row.asset == asset]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])][::-1]


def _told(row: Withdrawal) -> dict[str, Any]:
    """Return a send as the answer to it shows it: with what arrives, which lists do not tell."""
    shown = _out(row)
    arrives = {"transaction_amount": _money(plain(row.amount - row.fee), row.asset), "confirmations": 0}
    return {**shown, "network": {**shown["network"], **arrives}}


def _out(row: Withdrawal) -> dict[str, Any]:
    done = row.state is WithdrawalState.COMPLETED
    network = {
        "status": "confirmed" if done else "pending",
        "status_description": "Confirmed" if done else "Pending (est. less than 10 minutes)",
        "network_name": row.network,
        "transaction_fee": _money(plain(row.fee), row.asset),
        **({"hash": row.tx_id} if row.tx_id else {}),
    }
    found = identified(row.withdrawal_id)
    return {
        "id": found,
        "type": "send",
        "status": _STATUS[row.state],
        "amount": _money(plain(-row.amount), row.asset),
        "native_amount": _money("0.00", "USD"),
        "description": None,
        "created_at": moment(row.applied_ms),
        "updated_at": moment(row.ended_ms or row.applied_ms),
        "resource": "transaction",
        "resource_path": f"/v2/accounts/{account_id(row.account, row.asset)}/transactions/{found}",
        "instant_exchange": False,
        "network": network,
        "to": {"resource": "address", "address": row.address, "currency": row.asset},
        "idem": row.client_id,
        "details": {"title": f"Sent {row.asset}", "subtitle": f"To {row.asset} address on {row.network} network"},
        "hide_native_amount": False,
    }


def _in(row: Deposit) -> dict[str, Any]:
    credited = row.state is DepositState.CREDITED
    found = identified(_IN + row.deposit_id)
    return {
        "id": found,
        "type": "send",
        "status": "completed" if credited else "pending",
        "amount": _money(plain(row.amount), row.asset),
        "native_amount": _money("0.00", "USD"),
        "description": None,
        "created_at": moment(row.seen_ms),
        "updated_at": moment(row.credited_ms or row.seen_ms),
        "resource": "transaction",
        "resource_path": f"/v2/accounts/{account_id(row.account, row.asset)}/transactions/{found}",
        "instant_exchange": False,
        "network": {
            "status": "confirmed" if credited else "unconfirmed",
            "hash": row.tx_id,
            "network_name": row.network,
        },
        "from": {"resource": "address", "currency": row.asset},
        "details": {"title": f"Received {row.asset}", "subtitle": f"From {row.asset} address"},
    }


def _address(engine: Engine, account: str, network: Network) -> dict[str, Any]:
    address = engine.moving.address(account, network.asset, network.name)
    found = account_id(account, f"{network.asset}/{network.name}")
    return {
        "id": found,
        "address": address,
        "address_info": {"address": address},
        "name": None,
        "created_at": moment(0),
        "updated_at": moment(0),
        "network": network.name,
        "uri_scheme": network.name,
        "resource": "address",
        "resource_path": f"/v2/accounts/{account_id(account, network.asset)}/addresses/{found}",
        "warnings": [],
        "address_label": f"{network.asset} address ({network.name})",
        "default_receive": network.default,
        "deposit_uri": f"{network.name}:{address}",
        "callback_url": None,
    }


def _money(amount: str, currency: str) -> dict[str, str]:
    return {"amount": amount, "currency": currency}
