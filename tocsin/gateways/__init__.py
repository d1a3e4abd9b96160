"""Other products' wire formats, so that what speaks to them today speaks to Tocsin after a change of address and key.

Gateways translate and decide nothing. One package a product: `decode.py` turns a body into events (pure, msgspec),
`answer.py` speaks the product's HTTP. `app.py` is the ASGI application that chooses among them. No Django in here.
"""
