"""Kraken's words for what it turned down before anything happened. Whatever is not here proves nothing.

The sources, by letter: D its API documentation's list of spot errors, S its support page "API error messages", C what
ccxt maps to an error of the caller's, W what its documentation of Withdraw funds names.
"""

MALFORMED = (
    "EGeneral:Invalid arguments",  # D "the request payload is malformed, incorrect or ambiguous"
    "EQuery:Unknown asset",  # C
    "EQuery:Unknown asset pair",  # S
    "EQuery:Invalid asset pair",  # C
    "EOrder:Order minimum not met",  # D "order size does not meet ordermin"
    "EOrder:Cost minimum not met",  # D "cost does not meet costmin"
    "EOrder:Tick size check failed",  # D "not a valid multiple of the pair's tick_size"
    "EOrder:Invalid price",  # D
    "EFunding:Unknown asset",  # C
    "EFunding:No funding method",  # C
)
"""Arguments, and the rules of a pair or an asset."""

TURNED_DOWN = (
    # D and S: who asks, and what he may.
    "EAPI:Invalid key",
    "EAPI:Invalid signature",
    "EAPI:Feature disabled",  # S
    "EGeneral:Permission denied",
    "EGeneral:Unknown method",  # S
    "EAuth:Account temporary disabled",
    "EAuth:Account unconfirmed",
    "EAccount:Invalid permissions",
    "ETrade:Locked",  # S
    "ETrade:User Locked",  # C
    "ETrade:Invalid request",
    # D: "request can't be made at this time".
    "EService:Market in cancel_only mode",
    "EService:Market in post_only mode",
    # D: money and limits.
    "EOrder:Insufficient funds",
    "EOrder:Insufficient margin",
    "EOrder:Margin allowance exceeded",
    "EOrder:Margin level too low",
    "EOrder:Margin position size exceeded",
    "EOrder:Cannot open position",
    "EOrder:Cannot open opposing position",
    "EOrder:Orders limit exceeded",
    "EOrder:Positions limit exceeded",
    "EOrder:Scheduled orders limit exceeded",
    "EOrder:Trading agreement required",  # S
    "EBM:limit exceeded",  # D, followed by which
    "EFunding:Max fee exceeded",  # D, W
    "EFunding:Unknown withdraw key",  # C, S
    "EFunding:Invalid amount",  # C, as too little money; desks log it of withdrawals whose amount is out of bounds
    # W: "will return Invalid withdrawal address error if different". The family is the one of all of Withdraw's words.
    "EFunding:Invalid withdrawal address",
    "EFunding:Insufficient funds",  # in no document of Kraken's; clients that were answered so list it
)
"""Keys, permissions, modes of the market, money, limits."""
