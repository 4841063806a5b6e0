"""The wallet endpoints of api.binance.com/sapi that move nothing out: coins, transfers, settings."""

from decimal import Decimal

from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.places import eight
from allornone.testexchange.binance.problem import ProblemError
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.movement import Network, Transfer, Withdrawal
from allornone.units import ZERO

_WALLETS = {"MAIN": "spot", "UMFUTURE": "usdm", "FUNDING": "funding"}
_NAMES = {wallet: name for name, wallet in _WALLETS.items()}
_TRANSFER_TYPES = {f"{source}_{target}" for source in _WALLETS for target in _WALLETS if source != target}
_PAGE_DEFAULT = 10
_PAGE_MAX = 100


class Wallet:
    """Answers calls about coins and transfers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def status(self, _: Params) -> object:
        """Tell that the exchange is up."""
        return {"status": 0, "msg": "normal"}

    def coins(self, params: Params) -> object:
        """Tell every coin."""
        return [self._coin(asset, params.account) for asset in self._engine.assets()]

    def funding(self, params: Params) -> object:
        """Tell what the funding wallet has."""
        held = [
            (asset, self._engine.reading.balance(params.account, "funding", asset))
            for asset in self._engine.assets()
            if params.given("asset") in (None, asset)
        ]
        return [
            {
                "asset": asset,
                "free": eight(balance.free),
                "locked": eight(balance.locked),
                "freeze": "0",
                "withdrawing": "0",
                "btcValuation": "0",
            }
            for asset, balance in held
            if balance.free or balance.locked
        ]

    def transfer(self, params: Params) -> object:
        """Move an amount between two wallets."""
        source, target = self._wallets(params)
        asset = self._asset(params.text("asset"))
        moved = self._engine.moving.transfer(params.account, asset, params.amount("amount"), source, target)
        return {"tranId": moved.transfer_id}

    def transfers(self, params: Params) -> object:
        """Tell the transfers of one type, newest first, in pages."""
        source, target = self._wallets(params)
        start, end = params.whole("startTime"), params.whole("endTime")
        found = [
            moved
            for moved in reversed(self._engine.reading.transfers(params.account))
            if (moved.source, moved.target) == (source, target)
            and (start is None or moved.at_ms >= start)
            and (end is None or moved.at_ms <= end)
        ]
        size = min(params.whole("size") or _PAGE_DEFAULT, _PAGE_MAX)
        first = ((params.whole("current") or 1) - 1) * size
        return {"total": len(found), "rows": [_shown(moved) for moved in found[first : first + size]]}

    def permissions(self, params: Params) -> object:
        """Tell what the key may do."""
        return {
            "ipRestrict": False,
            "createTime": self._engine.now(),
            "enableReading": "read" in params.permissions,
            "enableSpotAndMarginTrading": "trade" in params.permissions,
            "enableWithdrawals": "withdraw" in params.permissions,
            "enableInternalTransfer": "transfer" in params.permissions,
            "enableFutures": "perp" in params.permissions,
            "enableMargin": False,
            "permitsUniversalTransfer": "transfer" in params.permissions,
            "enableVanillaOptions": False,
            "enableFixApiTrade": False,
            "enableFixReadOnly": False,
            "enablePortfolioMarginTrading": False,
        }

    def fee_asset(self, params: Params) -> object:
        """Tell whether the account pays its spot fees in BNB."""
        return {"spotBNBBurn": params.account in self._engine.pays_third, "interestBNBBurn": False}

    def choose_fee_asset(self, params: Params) -> object:
        """Let the account pay its spot fees in BNB, or not."""
        if params.text("spotBNBBurn") == "true":
            self._engine.pays_third.add(params.account)
        else:
            self._engine.pays_third.discard(params.account)
        return self.fee_asset(params)

    def _wallets(self, params: Params) -> tuple[str, str]:
        kind = params.text("type")
        if kind not in _TRANSFER_TYPES:
            raise ProblemError(-1102, "Mandatory parameter 'type' was not sent, was empty/null, or malformed.")
        source, _, target = kind.partition("_")
        return _WALLETS[source], _WALLETS[target]

    def _asset(self, name: str) -> str:
        if name not in self._engine.assets():
            raise ProblemError(-5009, "Product does not exist.")
        return name

    def _coin(self, asset: str, account: str) -> dict[str, object]:
        balance = self._engine.reading.balance(account, "spot", asset)
        networks = [network for network in self._engine.moving.networks if network.asset == asset]
        leaving = [one for one in self._engine.reading.withdrawals(account) if one.asset == asset and one.open]
        return {
            "coin": asset,
            "depositAllEnable": True,
            "free": eight(balance.free),
            "freeze": eight(ZERO),
            "ipoable": eight(ZERO),
            "ipoing": eight(ZERO),
            "isLegalMoney": False,
            "locked": eight(balance.locked),
            "name": asset,
            "networkList": [_network(network) for network in networks],
            "storage": eight(ZERO),
            "trading": True,
            "withdrawAllEnable": any(network.open for network in networks),
            "withdrawing": eight(_total(leaving)),
        }


def _total(leaving: list[Withdrawal]) -> Decimal:
    return sum((one.amount for one in leaving), ZERO)


def _shown(moved: Transfer) -> dict[str, object]:
    return {
        "asset": moved.asset,
        "amount": eight(moved.amount),
        "type": f"{_NAMES[moved.source]}_{_NAMES[moved.target]}",
        "status": "CONFIRMED",
        "tranId": moved.transfer_id,
        "timestamp": moved.at_ms,
    }


def _network(network: Network) -> dict[str, object]:
    return {
        "network": network.name,
        "coin": network.asset,
        "withdrawIntegerMultiple": eight(network.step),
        "isDefault": network.default,
        "depositEnable": network.open,
        "withdrawEnable": network.open,
        "depositDesc": "",
        "withdrawDesc": "",
        "specialTips": "",
        "specialWithdrawTips": "",
        "name": network.name,
        "resetAddressStatus": False,
        "addressRegex": f"^{network.address}$",
        "memoRegex": "",
        "withdrawFee": eight(network.fee),
        "withdrawMin": eight(network.minimum),
        "withdrawMax": eight(network.maximum),
        "withdrawInternalMin": eight(network.step),
        "depositDust": eight(network.step),
        "minConfirm": network.confirmations,
        "unLockConfirm": network.confirmations * 2,
        "sameAddress": False,
        "withdrawTag": False,
        "estimatedArrivalTime": 1,
        "busy": False,
        "contractAddressUrl": "",
        "contractAddress": "",
        "denomination": 1,
    }
