"""What every exchange does, whatever its HTTP: markets, books, accounts, orders, fills. Pure, exact, clock injected."""
