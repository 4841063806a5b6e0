"""Coinbase's words for what it turned down before anything happened. Whatever is not here proves nothing.

The sources are its API documentation: Create order ("success: whether the order was created", and the reasons why
not), Advanced Trade errors, and the table of `/v2`'s errors, of which ccxt has a copy.
"""

REASONS_MALFORMED = (
    *("INVALID_SIDE", "INVALID_PRODUCT_ID", "INVALID_SIZE_PRECISION", "INVALID_PRICE_PRECISION", "INVALID_REQUEST"),
    *("INVALID_LIMIT_PRICE", "INVALID_LIMIT_PRICE_POST_ONLY", "UNSUPPORTED_ORDER_CONFIGURATION"),
    *("LIMIT_PRICE_TOO_FAR_FROM_MARKET", "FOK_ONLY_ALLOWED_ON_LIMIT_ORDERS"),
)
"""Reasons of an order that was not created: what no order can have."""

REASONS_OF_PREVIEW = (
    # Preview order's list of "potential failure reasons were this order to be submitted"; the FAQ answers "why am I
    # receiving PREVIEW_INVALID_BASE_SIZE_TOO_SMALL on my order" with a minimum; desks that were answered so log an
    # order that failed with such a reason and none beside it, which is the form that ccxt's handle_errors quotes too.
    *("PREVIEW_INVALID_BASE_SIZE_TOO_SMALL", "PREVIEW_INVALID_BASE_SIZE_TOO_LARGE"),
    *("PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL", "PREVIEW_INVALID_QUOTE_SIZE_TOO_LARGE"),
)
"""Reasons of an order that was not created because of its size: Create order has none of its own for it."""

REASONS = (
    *("INSUFFICIENT_FUND", "INSUFFICIENT_FUNDS", "INVALID_LEDGER_BALANCE", "INVALID_NO_LIQUIDITY"),
    *("ORDER_ENTRY_DISABLED", "INELIGIBLE_PAIR", "UNTRADABLE_PRODUCT", "FOK_DISABLED"),
    *("PRODUCT_TRADING_HALTED", "TRADING_DISABLED"),
    *("COMMANDER_REJECTED_NEW_ORDER", "GEOFENCING_RESTRICTION", "COMPLIANCE_PURCHASE_LIMIT_EXCEEDED"),
    *("MISSING_MARKET_TRADE_DATA", "MISSING_PRODUCT_PRICE_BOOK"),
)
"""Reasons of an order that was not created: money, the market, what the account may."""

WORDS = (
    # Advanced Trade errors, gRPC's words.
    *("PERMISSION_DENIED", "UNAUTHENTICATED", "unauthorized"),
    # `/v2`, errors: 400 and 402, what is asked and who asks; 401 and 403.
    *("param_required", "validation_error", "invalid_request", "two_factor_required", "personal_details_required"),
    *("identity_verification_required", "jumio_verification_required", "jumio_face_match_verification_required"),
    *("unverified_email", "authentication_error", "invalid_authentication_method", "invalid_token", "revoked_token"),
    *("expired_token", "invalid_scope", "not_found"),
)
"""Errors with a status of 4xx."""
