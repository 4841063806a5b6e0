"""Coinbase's HTTP over the engine: Advanced Trade (`/api/v3/brokerage`), and `/v2` for accounts and sends."""
