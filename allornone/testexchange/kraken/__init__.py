"""Kraken's spot HTTP over the engine: every answer is 200 with a list of errors, ids are letters, fees are in quote."""
