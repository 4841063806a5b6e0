"""Money that comes to an exchange: nothing is sent for it, so it is awaited, found in the history, and claimed."""
