"""What each paper venue declares: the real venues' habits, also where they are awkward."""

from decimal import Decimal

from allornone.models.details import OperationType
from allornone.venues.capabilities import Capabilities, OperationCapability, UndoClass

EXCHANGES = frozenset({"binance", "coinbase", "kraken"})
"""Venues that charge commissions and withdrawal fees. Every other acts on a chain and costs gas."""

RECENT_S = 3600
"""How far back a venue with `lookup: recent` shows what is over."""

_TRADE = OperationCapability(partial_fills=True, undo=UndoClass.AT_MARKET)
_ON_CHAIN = OperationCapability(id_scope="all")
_BOUNDED = OperationCapability(expiry="bounded", lateness_s=Decimal(5))
_BLIND = OperationCapability(id_scope="none", expiry="none", lookup="none", recall=False)

_BINANCE = {
    OperationType.SPOT_TRADE: _TRADE,
    OperationType.PERP_TRADE: _TRADE,
    OperationType.WITHDRAW: _BOUNDED.model_copy(update={"recall": False}),
    OperationType.TRANSFER: _BLIND,
}
_USDM = {OperationType.PERP_TRADE: _TRADE, OperationType.TRANSFER: _BLIND}
_COINBASE = {
    OperationType.SPOT_TRADE: _TRADE.model_copy(
        update={"id_scope": "all", "expiry": "bounded", "lateness_s": Decimal(5)}
    ),
    OperationType.PERP_TRADE: _TRADE,
    OperationType.WITHDRAW: _BOUNDED.model_copy(update={"lookup": "recent", "recall": False}),
    OperationType.TRANSFER: _BOUNDED,
}
_KRAKEN = {
    OperationType.SPOT_TRADE: _TRADE,
    OperationType.PERP_TRADE: _TRADE,
    OperationType.WITHDRAW: _BLIND.model_copy(update={"undo": UndoClass.NONE}),
    OperationType.TRANSFER: _BOUNDED,
}
_LENDING = {
    OperationType.SUPPLY: _ON_CHAIN,
    OperationType.WITHDRAW: _ON_CHAIN,
    OperationType.BORROW: _ON_CHAIN,
    OperationType.REPAY: _ON_CHAIN,
    OperationType.FLASH_BORROW: _ON_CHAIN,
    OperationType.FLASH_REPAY: _ON_CHAIN.model_copy(update={"undo": UndoClass.NONE}),
}
_STAKING = {
    OperationType.STAKE: _ON_CHAIN.model_copy(update={"undo": UndoClass.AT_MARKET}),
    OperationType.UNSTAKE: _ON_CHAIN,
}
_SWAP = {OperationType.SWAP: _ON_CHAIN.model_copy(update={"undo": UndoClass.AT_MARKET})}

_TABLE = {
    "aave": Capabilities(operations=_LENDING),
    "binance": Capabilities(operations=_BINANCE),
    "binance.usdm": Capabilities(operations=_USDM),
    "coinbase": Capabilities(operations=_COINBASE),
    "compound": Capabilities(operations=_LENDING),
    "etherfi": Capabilities(operations=_STAKING),
    "kraken": Capabilities(operations=_KRAKEN),
    "lido": Capabilities(operations=_STAKING),
    "morpho": Capabilities(operations=_LENDING),
    "rocketpool": Capabilities(operations=_STAKING),
    "uniswap": Capabilities(operations=_SWAP),
    "wallet": Capabilities(operations={OperationType.TRANSFER: _ON_CHAIN}),
}

PAPER_VENUES: tuple[str, ...] = tuple(_TABLE)
"""Every paper venue, sorted."""


def paper_capabilities(name: str) -> Capabilities | None:
    """Return what the paper venue `name` declares, None where there is no such venue."""
    return _TABLE.get(name)


def on_chain(venue: str) -> bool:
    """Tell whether `venue` acts on a chain, and so costs gas."""
    return venue.partition(".")[0] not in EXCHANGES
