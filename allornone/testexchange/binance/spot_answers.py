"""Spot orders, fills and balances as Binance shows them."""

from allornone.testexchange.binance.places import eight
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.order import Fill, Lasting, Order, OrderStatus, OrderType
from allornone.testexchange.engine.trading import Placed
from allornone.units import ZERO

STATUS = {
    OrderStatus.NEW: "NEW",
    OrderStatus.PARTIAL: "PARTIALLY_FILLED",
    OrderStatus.FILLED: "FILLED",
    OrderStatus.CANCELED: "CANCELED",
    OrderStatus.EXPIRED: "EXPIRED",
    OrderStatus.MET_OWN: "EXPIRED_IN_MATCH",
}
TYPE = {OrderType.MARKET: "MARKET", OrderType.LIMIT: "LIMIT", OrderType.POST_ONLY: "LIMIT_MAKER"}
LASTING = {Lasting.GTC: "GTC", Lasting.IOC: "IOC", Lasting.FOK: "FOK"}


def acknowledged(placed: Placed) -> dict[str, object]:
    """Return the shortest answer to a new order."""
    order = placed.order
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": -1,
        "clientOrderId": order.client_id,
        "transactTime": order.updated_ms,
    }


def result(placed: Placed) -> dict[str, object]:
    """Return the answer to a new order without its fills."""
    order = placed.order
    return (
        acknowledged(placed)
        | _state(order)
        | {"workingTime": order.created_ms, "selfTradePreventionMode": "EXPIRE_MAKER", **_expired(order)}
    )


def full(placed: Placed) -> dict[str, object]:
    """Return the whole answer to a new order."""
    return result(placed) | {"fills": [_new_fill(fill) for fill in placed.fills]}


def _new_fill(fill: Fill) -> dict[str, object]:
    return {
        "price": eight(fill.price),
        "qty": eight(fill.amount),
        "commission": eight(fill.fee),
        "commissionAsset": fill.fee_asset,
        "tradeId": fill.trade_id,
    }


def _state(order: Order) -> dict[str, object]:
    return {
        "price": eight(order.price),
        "origQty": eight(order.amount),
        "executedQty": eight(order.filled),
        "origQuoteOrderQty": eight(order.spend),
        "cummulativeQuoteQty": eight(order.cost),
        "status": STATUS[order.status],
        "timeInForce": LASTING[order.lasting],
        "type": TYPE[order.type],
        "side": order.side.value.upper(),
    }


def _expired(order: Order) -> dict[str, object]:
    if order.status is OrderStatus.MET_OWN:
        # One match is prevented to an order here, so that its number serves as that of the match, too.
        return {"preventedMatchId": order.order_id, "preventedQuantity": eight(order.left)}
    if order.status is not OrderStatus.EXPIRED:
        return {}
    reasons = {Lasting.IOC: "UNFILLED_IOC_QUANTITY_EXPIRED", Lasting.FOK: "UNFILLED_FOK_ORDER_EXPIRED"}
    return {"expiryReason": reasons.get(order.lasting, "INSUFFICIENT_LIQUIDITY")}


def shown(order: Order) -> dict[str, object]:
    """Return an order as a query shows it."""
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": -1,
        "clientOrderId": order.client_id,
        **_state(order),
        "stopPrice": eight(ZERO),
        "icebergQty": eight(ZERO),
        "time": order.created_ms,
        "updateTime": order.updated_ms,
        "isWorking": True,
        "workingTime": order.created_ms,
        "selfTradePreventionMode": "EXPIRE_MAKER",
        **_expired(order),
    }


def cancelled(order: Order, cancel_id: str) -> dict[str, object]:
    """Return the answer to a cancellation: it has an id of its own, and the order's beside it."""
    return {
        "symbol": order.symbol,
        "origClientOrderId": order.client_id,
        "orderId": order.order_id,
        "orderListId": -1,
        "clientOrderId": cancel_id,
        "transactTime": order.updated_ms,
        **_state(order),
        "selfTradePreventionMode": "EXPIRE_MAKER",
    }


def trade(fill: Fill) -> dict[str, object]:
    """Return a fill as `myTrades` shows it."""
    return {
        "symbol": fill.symbol,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "orderListId": -1,
        "price": eight(fill.price),
        "qty": eight(fill.amount),
        "quoteQty": eight(fill.cost),
        "commission": eight(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": fill.at_ms,
        "isBuyer": fill.side.sign > 0,
        "isMaker": fill.maker,
        "isBestMatch": True,
    }


def account(engine: Engine, name: str, permissions: frozenset[str]) -> dict[str, object]:
    """Return an account's spot wallet."""
    return {
        "makerCommission": 10,
        "takerCommission": 10,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {
            "maker": "0.00100000",
            "taker": "0.00100000",
            "buyer": "0.00000000",
            "seller": "0.00000000",
        },
        "canTrade": "trade" in permissions,
        "canWithdraw": "withdraw" in permissions,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": engine.now(),
        "accountType": "SPOT",
        "balances": [
            {
                "asset": asset,
                "free": eight(engine.reading.balance(name, "spot", asset).free),
                "locked": eight(engine.reading.balance(name, "spot", asset).locked),
            }
            for asset in engine.assets()
        ],
        "permissions": ["SPOT"],
        "uid": 354_937_868,
    }
