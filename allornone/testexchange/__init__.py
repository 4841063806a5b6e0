"""Exchanges of one's own that speak a real exchange's HTTP, to test against and to rehearse with.

In a test:

    async with serving(tmp_path / "exchange") as exchange:   # allornone.testexchange.serving
        exchange.connect_to                     # "127.0.0.1:PORT": TLS, every exchange, told apart by the Host header
        exchange.ca_file                        # the certificate authority to trust
        exchange.credentials_file("binance")    # owner-only JSON with "apiKey" and "secret"
        exchange.engines["binance"]             # the books themselves, in this process: the witness

Clients use the exchange's real addresses and reach it through a resolver that maps its hosts to `connect_to`.
"""
