"""Exchanges of one's own that speak a real exchange's HTTP, to test against and to rehearse with.

In a test:

    async with serving(tmp_path / "exchange", ("binance",)) as exchange:   # allornone.testexchange.serving
        exchange.connect_to                     # "127.0.0.1:PORT": TLS, every exchange, told apart by the Host header
        exchange.ca_file                        # the certificate authority to trust
        exchange.credentials_file("binance")    # owner-only JSON with "apiKey" and "secret"
        exchange.control_url                    # the control port, see `control`
        exchange.engines["binance"]             # the books themselves, in this process: the witness
        exchange.inject({"kind": "order", "behaviour": "hang"})   # see `behaviour` and `faults`
        exchange.clock.offset_ms = 60_000       # the exchanges' clock
        exchange.doors["binance"].limits        # Binance's request weights and order counts, by host

In a process of their own: `allornone testexchange binance`, which prints the settings of a worker.

Clients use the exchange's real addresses and reach it through a resolver that maps its hosts to `connect_to`. The
folder keeps books (`testexchange.db`), keys, the certificate authority and the fault rules; serving the same folder
again goes on with them. `engine.conservation.problems` proves that the books add up.

What is simpler than at the exchange: the house quotes the same depth for every order around a mark that only moves
when it is told; nobody is liquidated; margin is cross, positions are one-way; withdrawals leave and deposits come by
the exchange's clock, not by a chain.
"""
