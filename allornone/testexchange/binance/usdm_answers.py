"""USD-M orders, fills, positions and balances as Binance shows them."""

from decimal import ROUND_HALF_UP, Decimal

from allornone.testexchange.binance.places import eight, plain
from allornone.testexchange.binance.spot_answers import LASTING, STATUS
from allornone.testexchange.binance.usdm_info import MAINTENANCE
from allornone.testexchange.engine.ledger import Ledger
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.order import Fill, Order, OrderType
from allornone.testexchange.engine.perpetual import unrealized
from allornone.testexchange.engine.position import Position
from allornone.testexchange.engine.reading import Balance
from allornone.units import EXACT, ZERO, times

_FIVE = Decimal("1e-5")


def shown(market: Market, order: Order) -> dict[str, object]:
    """Return an order as a query shows it."""
    average = EXACT.divide(order.cost, order.filled) if order.filled else ZERO
    return {
        "orderId": order.order_id,
        "symbol": market.name,
        "status": STATUS[order.status],
        "clientOrderId": order.client_id,
        "price": plain(order.price, market.tick),
        "avgPrice": format(average.quantize(_FIVE, ROUND_HALF_UP, EXACT), "f"),
        "origQty": plain(order.amount, market.step),
        "executedQty": plain(order.filled, market.step),
        "cumQuote": eight(order.cost),
        "timeInForce": _lasting(order),
        "type": _type(order),
        "reduceOnly": order.reduce_only,
        "closePosition": False,
        "side": order.side.value.upper(),
        "positionSide": "BOTH",
        "stopPrice": "0",
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "origType": _type(order),
        "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": 0,
        "time": order.created_ms,
        "updateTime": order.updated_ms,
    }


def placed(market: Market, order: Order) -> dict[str, object]:
    """Return an order as the answer to a new one, or to its cancellation, shows it."""
    answer = shown(market, order) | {"cumQty": plain(order.filled, market.step)}
    answer.pop("time")
    return answer


def acknowledged(market: Market, order: Order) -> dict[str, object]:
    """Return the answer to a new order as it was before anything filled."""
    nothing = {"executedQty": plain(ZERO, market.step), "cumQty": plain(ZERO, market.step), "cumQuote": eight(ZERO)}
    return placed(market, order) | nothing | {"status": "NEW", "avgPrice": "0.00000"}


def trade(market: Market, fill: Fill) -> dict[str, object]:
    """Return a fill as `userTrades` shows it."""
    return {
        "symbol": market.name,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "side": fill.side.value.upper(),
        "price": plain(fill.price, market.tick),
        "qty": plain(fill.amount, market.step),
        "realizedPnl": eight(fill.realized),
        "quoteQty": eight(fill.cost),
        "commission": eight(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": fill.at_ms,
        "positionSide": "BOTH",
        "buyer": fill.side.sign > 0,
        "maker": fill.maker,
    }


def risk(market: Market, position: Position, ledger: Ledger) -> dict[str, object]:
    """Return a position as `positionRisk` shows it."""
    value = times(position.amount, market.mark)
    orders = sum(
        (
            held
            for cause, held in ledger.held(position.account, market.wallet, market.quote)
            if cause.startswith("order-")
        ),
        ZERO,
    )
    margin = margin_of(position)
    return {
        "symbol": market.name,
        "positionSide": "BOTH",
        "positionAmt": plain(position.amount, market.step),
        "entryPrice": eight(position.entry),
        "breakEvenPrice": eight(position.entry),
        "markPrice": eight(market.mark),
        "unRealizedProfit": eight(unrealized(position, market.mark)),
        "liquidationPrice": "0",
        "isolatedMargin": "0",
        "notional": eight(value),
        "marginAsset": market.quote,
        "isolatedWallet": "0",
        "initialMargin": eight(margin + orders),
        "maintMargin": eight(times(abs(value), MAINTENANCE)),
        "positionInitialMargin": eight(margin),
        "openOrderInitialMargin": eight(orders),
        "adl": 0,
        "bidNotional": "0",
        "askNotional": "0",
        "updateTime": position.updated_ms,
    }


def margin_of(position: Position) -> Decimal:
    """Return the margin that a position holds."""
    return EXACT.divide(abs(times(position.amount, position.entry)), Decimal(position.leverage))


def asset(name: str, balance: Balance, profit: Decimal, maintenance: Decimal, now_ms: int) -> dict[str, object]:
    """Return one asset of the margin wallet as `account` shows it."""
    wallet = balance.free + balance.locked
    return {
        "asset": name,
        "walletBalance": eight(wallet),
        "unrealizedProfit": eight(profit),
        "marginBalance": eight(wallet + profit),
        "maintMargin": eight(maintenance),
        "initialMargin": eight(balance.locked),
        "positionInitialMargin": eight(balance.locked),
        "openOrderInitialMargin": eight(ZERO),
        "crossWalletBalance": eight(wallet),
        "crossUnPnl": eight(profit),
        "availableBalance": eight(balance.free),
        "maxWithdrawAmount": eight(balance.free),
        "marginAvailable": True,
        "updateTime": now_ms,
    }


def _lasting(order: Order) -> str:
    return "GTX" if order.type is OrderType.POST_ONLY else LASTING[order.lasting]


def _type(order: Order) -> str:
    return "MARKET" if order.type is OrderType.MARKET else "LIMIT"
