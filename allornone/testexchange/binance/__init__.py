"""Binance's HTTP over the engine: api.binance.com (spot and wallet) and fapi.binance.com (USD-M)."""
