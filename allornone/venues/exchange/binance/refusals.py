"""Binance's codes for what it turned down before anything happened, by interface. Whatever is not here proves nothing.

The sources are its API documentation's lists of errors (spot: "10xx", "11xx", "2010"; USD-M: "10xx" to "40xx"), and
for the wallet endpoints, whose list is not in it any more, ccxt's copy of that list.
"""

MALFORMED = (
    # 10xx: "the request is rejected by the API. (i.e. The request didn't reach the Matching Engine.)": filters.
    "-1013",
    # 11xx, "request issues": those that an order, a transfer or a withdrawal can have.
    *("-1100", "-1101", "-1102", "-1103", "-1104", "-1105", "-1106", "-1108", "-1111", "-1112", "-1114", "-1115"),
    *("-1116", "-1117", "-1118", "-1119", "-1121", "-1128", "-1130", "-1131"),
)
"""Parameters, at every interface."""

TURNED_DOWN = (
    "-1002",  # "you are not authorized to execute this request"
    "-1014",  # "unsupported order combination"
    "-1020",  # "this operation is not supported"
    "-1022",  # "signature for this request is not valid"
    "-1099",  # "not found, authenticated, or authorized"
    "-2008",  # "invalid Api-Key ID"
    "-2014",  # "API-key format invalid"
    "-2015",  # "invalid API-key, IP, or permissions for action"
)
"""Who asks, and what he may, at every interface."""

NEW_ORDER_REJECTED = "-2010"
"""An order that the matching engine turned down, but for one that it calls a duplicate."""

USDM_MALFORMED = (
    *("-1109", "-1110", "-1126", "-1136"),  # account, symbol type, asset, response type
    # 40xx, "filters and other issues": price and quantity, their bounds, tick and step, position side, reduce-only.
    *("-4001", "-4002", "-4003", "-4004", "-4005", "-4013", "-4014", "-4015", "-4016", "-4023", "-4024", "-4061"),
    *("-4062", "-4131", "-4144", "-4164"),
)
"""Parameters of futures."""

USDM_TURNED_DOWN = (
    "-1011",  # "this IP cannot access this route"
    "-2017",  # "API Keys are locked on this account"
    *("-2018", "-2019", "-2024", "-2027", "-2028"),  # balance, margin, position, leverage
    "-2021",  # "order would immediately trigger"
    *("-2022", "-2026", "-4118"),  # reduce-only
    "-2023",  # "user in liquidation mode now"
    "-2025",  # "reach max open order limit"
    *("-4087", "-4088", "-4192", "-4400", "-4401", "-4402", "-4403"),  # what the account may
    *("-4108", "-4140", "-4141"),  # the symbol's status
    "-5022",  # "the Post Only order will be rejected"
)
"""Money, permissions and the market of futures."""

WALLET_TURNED_DOWN = (
    *("-4001", "-4002", "-4003", "-4004", "-4006"),  # operation, login, "main account only"
    *("-4007", "-4008", "-4033", "-4034", "-4035", "-4036"),  # the address, its tag, the whitelist
    *("-4012", "-4013", "-4014", "-4015", "-4016", "-4017", "-4044", "-4046", "-4060"),  # what the account may
    *("-4018", "-4019", "-4021", "-4022", "-4023", "-4028"),  # the asset and its amounts
    *("-4024", "-4025", "-4026"),  # money
    *("-5001", "-5002", "-5003", "-5007", "-5011", "-5013"),  # of transfers: asset, money, amount, wallet
)
"""Withdrawals and transfers. "Asset transfer fail." (-5010) and "... in pending." (-5012) are none of these."""
