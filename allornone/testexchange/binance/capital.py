"""The endpoints of api.binance.com/sapi/v1/capital: withdrawals out, deposits in."""

import hashlib
from datetime import UTC, datetime
from typing import TypeVar

from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.places import eight
from allornone.testexchange.binance.problem import ProblemError
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.movement import Deposit, DepositState, Withdrawal, WithdrawalState
from allornone.testexchange.engine.moving import Leaving

_STATUS = {
    WithdrawalState.CANCELED: 1,
    WithdrawalState.APPROVAL: 2,
    WithdrawalState.PROCESSING: 4,
    WithdrawalState.FAILED: 5,
    WithdrawalState.COMPLETED: 6,
}
_WALLET_TYPES = {"0": "spot", "1": "funding"}
_DEPOSIT_STATUS = {DepositState.PENDING: 0, DepositState.CREDITED: 1}
_Row = TypeVar("_Row", Withdrawal, Deposit)
_WEEK_MS = 7 * 86_400_000
_HISTORY_MS = 90 * 86_400_000
_ROWS_MAX = 1000


class Capital:
    """Answers calls about withdrawals and deposits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def withdraw(self, params: Params) -> object:
        """Send an amount out. The answer has an id only: what becomes of it is in the history."""
        withdrawal = self._engine.moving.withdraw(
            Leaving(
                account=params.account,
                wallet=self._wallet(params),
                asset=params.text("coin"),
                amount=params.amount("amount"),
                address=params.text("address"),
                network=params.given("network"),
                tag=params.given("addressTag") or "",
                client_id=params.given("withdrawOrderId") or "",
            )
        )
        return {"id": _id(withdrawal)}

    def withdrawals(self, params: Params) -> object:
        """Tell withdrawals, newest first: of the last 90 days, or of 7 where a client id is asked for."""
        wanted, coin, status = params.given("withdrawOrderId"), params.given("coin"), params.whole("status")
        start, end = self._times(params, _HISTORY_MS if wanted is None else _WEEK_MS)
        found = [
            withdrawal
            for withdrawal in reversed(self._engine.reading.withdrawals(params.account))
            if wanted in (None, withdrawal.client_id)
            and coin in (None, withdrawal.asset)
            and status in (None, _STATUS[withdrawal.state])
            and start <= withdrawal.applied_ms <= end
        ]
        return [self._withdrawal(withdrawal) for withdrawal in _page(params, found)]

    def address(self, params: Params) -> object:
        """Tell where deposits of a coin go to."""
        coin = params.text("coin")
        address = self._engine.moving.address(params.account, coin, params.given("network"))
        return {"address": address, "coin": coin, "tag": "", "url": f"https://explorer.invalid/address/{address}"}

    def deposits(self, params: Params) -> object:
        """Tell deposits, newest first, of the last 90 days."""
        coin, status, tx_id = params.given("coin"), params.whole("status"), params.given("txId")
        start, end = self._times(params, _HISTORY_MS)
        found = [
            deposit
            for deposit in reversed(self._engine.reading.deposits(params.account))
            if coin in (None, deposit.asset)
            and status in (None, _DEPOSIT_STATUS[deposit.state])
            and tx_id in (None, deposit.tx_id)
            and start <= deposit.seen_ms <= end
        ]
        return [self._deposit(deposit) for deposit in _page(params, found)]

    def _wallet(self, params: Params) -> str:
        """Return the wallet that is named, else the one that was chosen in Binance's pages."""
        named = params.given("walletType")
        if named is not None and named not in _WALLET_TYPES:
            raise ProblemError(-1102, "Mandatory parameter 'walletType' was not sent, was empty/null, or malformed.")
        return self._engine.moving.usual(params.account) if named is None else _WALLET_TYPES[named]

    def _times(self, params: Params, span_ms: int) -> tuple[int, int]:
        end = params.whole("endTime") or self._engine.now()
        start = params.whole("startTime") or end - span_ms
        if end - start > span_ms:
            raise ProblemError(-4047, f"Time interval must be within 0-{span_ms // 86_400_000} days")
        return start, end

    def _withdrawal(self, withdrawal: Withdrawal) -> dict[str, object]:
        confirmations = self._engine.moving.network(withdrawal.asset, withdrawal.network).confirmations
        completed = withdrawal.state is WithdrawalState.COMPLETED
        shown: dict[str, object] = {
            "id": _id(withdrawal),
            "amount": eight(withdrawal.amount - withdrawal.fee),
            "transactionFee": eight(withdrawal.fee),
            "coin": withdrawal.asset,
            "status": _STATUS[withdrawal.state],
            "address": withdrawal.address,
            "addressTag": withdrawal.tag,
            "txId": withdrawal.tx_id,
            "applyTime": _date(withdrawal.applied_ms),
            "network": withdrawal.network,
            "transferType": 0,
            "withdrawOrderId": withdrawal.client_id,
            "info": "",
            "confirmNo": confirmations if completed else 0,
            "walletType": 1 if withdrawal.wallet == "funding" else 0,
            "txKey": "",
        }
        return shown | {"completeTime": _date(withdrawal.ended_ms)} if completed else shown

    def _deposit(self, deposit: Deposit) -> dict[str, object]:
        needed = self._engine.moving.network(deposit.asset, deposit.network).confirmations
        done = needed if deposit.state is DepositState.CREDITED else 0
        return {
            "id": str(deposit.deposit_id),
            "amount": eight(deposit.amount),
            "coin": deposit.asset,
            "network": deposit.network,
            "status": _DEPOSIT_STATUS[deposit.state],
            "address": deposit.address,
            "addressTag": "",
            "txId": deposit.tx_id,
            "insertTime": deposit.seen_ms,
            "completeTime": deposit.credited_ms,
            "transferType": 0,
            "confirmTimes": f"{done}/{needed}",
            "unlockConfirm": needed * 2,
            "walletType": 1 if deposit.wallet == "funding" else 0,
            "travelRuleStatus": 0,
        }


def _id(withdrawal: Withdrawal) -> str:
    return hashlib.sha256(withdrawal.cause.encode()).hexdigest()[:32]


def _date(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _page(params: Params, found: list[_Row]) -> list[_Row]:
    first = params.whole("offset") or 0
    return found[first : first + min(params.whole("limit") or _ROWS_MAX, _ROWS_MAX)]
