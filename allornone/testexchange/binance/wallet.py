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

    def nothing(self, _: Params) -> object:
        """Tell that there is none of it."""
        return []

    def _coin(self, asset: str, account: str) -> dict[str, object]:
        ledger = self._engine.ledger
        return {
            "coin": asset,
            "depositAllEnable": True,
            "free": eight(ledger.free(account, "spot", asset)),
            "freeze": eight(ZERO),
            "ipoable": eight(ZERO),
            "ipoing": eight(ZERO),
            "isLegalMoney": False,
            "locked": eight(ledger.locked(account, "spot", asset)),
            "name": asset,
            "networkList": [],
            "storage": eight(ZERO),
            "trading": True,
            "withdrawAllEnable": True,
            "withdrawing": eight(ZERO),
        }
