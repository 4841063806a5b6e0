"""What every exchange is asked for; a venue stands for each `{}`."""

from tests.plans import Leg, leg

WALLET = "0x00000000000000000000000000000000000000aa"
"""Where withdrawals may go to."""
BUY_BTC = leg(
    "order",
    "spot_trade",
    "{}>{}",
    "USDT>BTC",
    {"{}:BTC": "0.02", "{}:USDT": "-1000"},
    pair="BTC/USDT",
    side="buy",
    amount="0.02",
)


def send_eth(address: str, network: str) -> Leg:
    """Return the withdrawal of one ETH."""
    return leg("withdraw", "withdraw", "{}>wallet", "ETH>ETH", {"{}:ETH": "-1"}, address=address, network=network)
