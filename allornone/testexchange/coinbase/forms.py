"""How Coinbase writes products, orders, fills and accounts: amounts and times as strings."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from allornone.testexchange.coinbase.ids import account_id, identified, user_id
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.market import Market
from allornone.testexchange.engine.order import Fill, Lasting, Order, OrderStatus, OrderType
from allornone.units import EXACT, ZERO, normalised, share, total

WALLET = "spot"
_STATUS = {
    OrderStatus.NEW: "OPEN",
    OrderStatus.PARTIAL: "OPEN",
    OrderStatus.FILLED: "FILLED",
    OrderStatus.CANCELED: "CANCELLED",
    OrderStatus.EXPIRED: "CANCELLED",
    OrderStatus.MET_OWN: "CANCELLED",
}
_LASTING = {
    Lasting.GTC: "GOOD_UNTIL_CANCELLED",
    Lasting.IOC: "IMMEDIATE_OR_CANCEL",
    Lasting.FOK: "FILL_OR_KILL",
}
_CONFIGURATION = {Lasting.GTC: "limit_limit_gtc", Lasting.IOC: "sor_limit_ioc", Lasting.FOK: "limit_limit_fok"}


def plain(amount: Decimal) -> str:
    """Return an amount without an exponent and without idle zeros."""
    return format(normalised(amount), "f")


def moment(milliseconds: int) -> str:
    """Return a time as Coinbase writes it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def product_form(market: Market) -> dict[str, Any]:
    """Return a market as the list of products shows it."""
    return {
        "product_id": market.symbol,
        "price": plain(market.mark),
        "price_percentage_change_24h": "0",
        "volume_24h": "0",
        "volume_percentage_change_24h": "0",
        "base_increment": plain(market.step),
        "quote_increment": plain(market.tick),
        "quote_min_size": plain(market.minimum_cost),
        "quote_max_size": "150000000",
        "base_min_size": plain(market.minimum),
        "base_max_size": plain(market.maximum),
        "base_name": market.base,
        "quote_name": market.quote,
        "watched": False,
        "is_disabled": False,
        "new": False,
        "status": "online",
        "cancel_only": False,
        "limit_only": False,
        "post_only": False,
        "trading_disabled": market.halted,
        "auction_mode": False,
        "product_type": "SPOT",
        "quote_currency_id": market.quote,
        "base_currency_id": market.base,
        "fcm_trading_session_details": None,
        "mid_market_price": "",
        "alias": "",
        "alias_to": [],
        "base_display_symbol": market.base,
        "quote_display_symbol": market.quote,
        "view_only": False,
        "price_increment": plain(market.tick),
        "display_name": market.symbol,
        "product_venue": "CBE",
        "approximate_quote_24h_volume": "0",
    }


def configuration(order: Order) -> dict[str, Any]:
    """Return what was ordered, in the shape of its kind."""
    if order.type is OrderType.MARKET:
        size = {"quote_size": plain(order.spend)} if order.spend else {"base_size": plain(order.amount)}
        return {"market_market_ioc": size}
    sized: dict[str, Any] = {"base_size": plain(order.amount), "limit_price": plain(order.price)}
    if order.lasting is Lasting.GTC:
        sized["post_only"] = order.type is OrderType.POST_ONLY
    return {_CONFIGURATION[order.lasting]: sized}


def order_form(order: Order, fills: Sequence[Fill]) -> dict[str, Any]:
    """Return an order as the history shows it."""
    fees = total(fill.fee for fill in fills)
    average = EXACT.divide(order.cost, order.filled) if order.filled else ZERO
    sign = 1 if order.side.sign > 0 else -1
    in_quote = bool(order.spend)
    done = share(order.cost, order.spend) if in_quote else share(order.filled, order.amount)
    lasting = Lasting.IOC if order.type is OrderType.MARKET else order.lasting
    return {
        "order_id": identified(order.order_id),
        "product_id": order.symbol,
        "user_id": user_id(order.account),
        "order_configuration": configuration(order),
        "side": order.side.value.upper(),
        "client_order_id": order.client_id,
        "status": _STATUS[order.status],
        "time_in_force": _LASTING[lasting],
        "created_time": moment(order.created_ms),
        "completion_percentage": plain((done * 100).quantize(Decimal("0.01"))),
        "filled_size": plain(order.filled),
        "average_filled_price": plain(average.quantize(Decimal("1e-16"), context=EXACT)),
        "fee": "",
        "number_of_fills": str(len(fills)),
        "filled_value": plain(order.cost),
        "pending_cancel": False,
        "size_in_quote": in_quote,
        "total_fees": plain(fees),
        "size_inclusive_of_fees": False,
        "total_value_after_fees": plain(order.cost + sign * fees),
        "trigger_status": "INVALID_ORDER_TYPE",
        "order_type": "MARKET" if order.type is OrderType.MARKET else "LIMIT",
        "reject_reason": "REJECT_REASON_UNSPECIFIED",
        "settled": not order.open,
        "product_type": "SPOT",
        "reject_message": "",
        "cancel_message": "User requested cancel" if order.status is OrderStatus.CANCELED else "",
        "order_placement_source": "RETAIL_ADVANCED",
        "outstanding_hold_amount": "0",
        "is_liquidation": False,
        "last_fill_time": moment(fills[-1].at_ms) if fills else None,
        "edit_history": [],
        "leverage": "",
        "margin_type": "UNKNOWN_MARGIN_TYPE",
        "retail_portfolio_id": user_id(order.account),
    }


def fill_form(fill: Fill, order: Order) -> dict[str, Any]:
    """Return a fill as the history shows it. Of an order sized in quote, the size is in quote. The fee is in quote."""
    return {
        "entry_id": f"{fill.fill_id:064x}",
        "trade_id": identified(fill.fill_id),
        "order_id": identified(fill.order_id),
        "trade_time": moment(fill.at_ms),
        "trade_type": "FILL",
        "price": plain(fill.price),
        "size": plain(fill.cost if order.spend else fill.amount),
        "commission": plain(fill.fee),
        "product_id": fill.symbol,
        "sequence_timestamp": moment(fill.at_ms),
        "liquidity_indicator": "MAKER" if fill.maker else "TAKER",
        "size_in_quote": bool(order.spend),
        "user_id": user_id(fill.account),
        "side": fill.side.value.upper(),
        "retail_portfolio_id": user_id(fill.account),
    }


def account_form(engine: Engine, account: str, asset: str) -> dict[str, Any]:
    """Return what an account has of one asset, free and on hold."""
    shown = engine.reading.balance(account, WALLET, asset)
    fiat = asset in ("USD", "EUR")
    return {
        "uuid": account_id(account, asset),
        "name": f"{asset} Wallet",
        "currency": asset,
        "available_balance": {"value": plain(shown.free), "currency": asset},
        "default": True,
        "active": True,
        "created_at": moment(0),
        "updated_at": moment(0),
        "deleted_at": None,
        "type": "ACCOUNT_TYPE_FIAT" if fiat else "ACCOUNT_TYPE_CRYPTO",
        "ready": True,
        "hold": {"value": plain(shown.locked), "currency": asset},
        "retail_portfolio_id": user_id(account),
        "platform": "ACCOUNT_PLATFORM_CONSUMER",
    }


def assets_of(engine: Engine, account: str) -> list[str]:
    """Return the assets that an account ever had."""
    return [asset for holder, wallet, asset in engine.ledger.balances() if (holder, wallet) == (account, WALLET)]
