"""What was paid and earned on perpetuals, as `income` tells it: funding, fees, profit made real."""

from dataclasses import dataclass
from decimal import Decimal

from allornone.testexchange.binance.places import eight
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.order import Fill


@dataclass(frozen=True, slots=True)
class Income:
    """One payment; negative was paid by the account."""

    symbol: str
    kind: str
    amount: Decimal
    asset: str
    at_ms: int
    number: int
    trade: str = ""

    def shown(self) -> dict[str, object]:
        """Return it as Binance shows it."""
        return {
            "symbol": self.symbol,
            "incomeType": self.kind,
            "income": eight(self.amount),
            "asset": self.asset,
            "info": self.kind,
            "time": self.at_ms,
            "tranId": self.number,
            "tradeId": self.trade,
        }


def incomes(engine: Engine, account: str) -> list[Income]:
    """Return every payment of an account, oldest first."""
    found = [
        Income(engine.markets[paid.symbol].name, "FUNDING_FEE", paid.amount, paid.asset, paid.at_ms, paid.funding_id)
        for paid in engine.books.fundings
        if paid.account == account
    ]
    for fill in engine.reading.fills(account):
        if engine.markets[fill.symbol].perpetual:
            found += _of_fill(engine, fill)
    return sorted(found, key=lambda income: income.at_ms)


def _of_fill(engine: Engine, fill: Fill) -> list[Income]:
    market, trade = engine.markets[fill.symbol], str(fill.trade_id)
    fee = Income(market.name, "COMMISSION", -fill.fee, fill.fee_asset, fill.at_ms, fill.trade_id, trade)
    profit = Income(market.name, "REALIZED_PNL", fill.realized, market.quote, fill.at_ms, fill.trade_id, trade)
    return [fee, profit] if fill.realized else [fee]
