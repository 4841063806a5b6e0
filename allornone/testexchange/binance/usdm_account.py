"""The account endpoints of fapi.binance.com: balances, positions, income, settings."""

from decimal import Decimal

from allornone.testexchange.binance import usdm_answers
from allornone.testexchange.binance.asked import page, within
from allornone.testexchange.binance.params import Params
from allornone.testexchange.binance.places import eight
from allornone.testexchange.binance.problem import ProblemError
from allornone.testexchange.binance.usdm import Usdm
from allornone.testexchange.binance.usdm_income import incomes
from allornone.testexchange.binance.usdm_info import MAINTENANCE
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.perpetual import unrealized
from allornone.testexchange.engine.position import Position
from allornone.units import ZERO, times

_LEVERAGE_MAX = 125


class UsdmAccount:
    """Answers calls about the margin wallet."""

    def __init__(self, engine: Engine, usdm: Usdm) -> None:
        self._engine = engine
        self._usdm = usdm

    def account(self, params: Params) -> object:
        """Tell balances, margins and positions."""
        assets = self._assets(params.account)
        totals = {
            f"total{name[0].upper()}{name[1:]}": _sum(assets, name)
            for name in (
                "initialMargin",
                "maintMargin",
                "walletBalance",
                "unrealizedProfit",
                "marginBalance",
                "positionInitialMargin",
                "openOrderInitialMargin",
                "crossWalletBalance",
                "crossUnPnl",
            )
        }
        available = {name: _sum(assets, name) for name in ("availableBalance", "maxWithdrawAmount")}
        positions = [_held(market, position) for market, position in self._positions(params.account)]
        return {**totals, **available, "assets": assets, "positions": positions}

    def balance(self, params: Params) -> object:
        """Tell balances only."""
        return [
            {
                "accountAlias": "SgsR",
                "asset": asset["asset"],
                "balance": asset["walletBalance"],
                "crossWalletBalance": asset["crossWalletBalance"],
                "crossUnPnl": asset["crossUnPnl"],
                "availableBalance": asset["availableBalance"],
                "maxWithdrawAmount": asset["maxWithdrawAmount"],
                "marginAvailable": True,
                "updateTime": asset["updateTime"],
            }
            for asset in self._assets(params.account)
        ]

    def risk(self, params: Params) -> object:
        """Tell the positions that are not 0, of one market or of all."""
        wanted = params.given("symbol")
        return [
            usdm_answers.risk(market, position, self._engine.ledger)
            for market, position in self._positions(params.account)
            if position.amount and wanted in (None, market.name)
        ]

    def income(self, params: Params) -> object:
        """Tell what was paid and earned: funding, fees, profit made real, transfers."""
        wanted, name = params.given("incomeType"), params.given("symbol")
        kept = [
            income.shown()
            for income in incomes(self._engine, params.account)
            if wanted in (None, income.kind) and name in (None, income.symbol) and within(params, income.at_ms)
        ]
        return page(kept, params, from_start=True)

    def leverage(self, params: Params) -> object:
        """Set the leverage of one market."""
        market = self._usdm.market(params.text("symbol"))
        wanted = params.whole("leverage") or 0
        if not 1 <= wanted <= _LEVERAGE_MAX:
            raise ProblemError(-4028, f"Leverage {wanted} is not valid.")
        position = self._engine.books.position(params.account, market.symbol)
        position.leverage = wanted
        self._engine.books.write_position(position)
        self._engine.perpetuals.hold_position(market, position)
        return {"leverage": wanted, "maxNotionalValue": "50000", "symbol": market.name}

    def margin_type(self, params: Params) -> object:
        """Refuse any margin but the one there is."""
        self._usdm.market(params.text("symbol"))
        if params.text("marginType") != "CROSSED":
            raise ProblemError(-4047, "The test exchange has cross margin only.")
        raise ProblemError(-4046, "No need to change margin type.")

    def dual(self, _: Params) -> object:
        """Tell that a market has one position, not one a side."""
        return {"dualSidePosition": False}

    def _positions(self, account: str) -> list[tuple[Market, Position]]:
        books = self._engine.books
        return [(market, books.position(account, market.symbol)) for market in self._usdm.markets()]

    def _assets(self, account: str) -> list[dict[str, object]]:
        assets: list[dict[str, object]] = []
        for name in sorted({market.quote for market in self._usdm.markets()} | {"BNB"}):
            held = [(market, position) for market, position in self._positions(account) if market.quote == name]
            profit = sum((unrealized(position, market.mark) for market, position in held), ZERO)
            kept = sum(
                (times(times(abs(position.amount), market.mark), MAINTENANCE) for market, position in held), ZERO
            )
            balance = self._engine.reading.balance(account, "usdm", name)
            assets.append(usdm_answers.asset(name, balance, profit, kept, self._engine.now()))
        return assets


def _sum(assets: list[dict[str, object]], name: str) -> str:
    # In USD, as which every margin asset but BNB counts here.
    return eight(sum((Decimal(str(asset[name])) for asset in assets if asset["asset"] != "BNB"), ZERO))


def _held(market: Market, position: Position) -> dict[str, object]:
    margin = eight(usdm_answers.margin_of(position))
    value = times(position.amount, market.mark)
    return {
        "symbol": market.name,
        "positionSide": "BOTH",
        "positionAmt": format(position.amount, "f"),
        "unrealizedProfit": eight(unrealized(position, market.mark)),
        "isolatedMargin": eight(ZERO),
        "notional": eight(value),
        "isolatedWallet": eight(ZERO),
        "initialMargin": margin,
        "maintMargin": eight(times(abs(value), MAINTENANCE)),
        "updateTime": position.updated_ms,
    }
