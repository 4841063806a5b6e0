"""The wallet endpoints of api.binance.com/sapi."""

from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.places import eight
from allornone.testexchange.engine.exchange import Engine
from allornone.units import ZERO


class Wallet:
    """Answers calls about coins, transfers, withdrawals and deposits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def coins(self, params: Params) -> object:
        """Tell every coin."""
        return [self._coin(asset, params.account) for asset in self._engine.assets()]

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

    def _coin(self, asset: str, account: str) -> dict[str, object]:
        balance = self._engine.reading.balance(account, "spot", asset)
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
            "networkList": [],
            "storage": eight(ZERO),
            "trading": True,
            "withdrawAllEnable": True,
            "withdrawing": eight(ZERO),
        }
