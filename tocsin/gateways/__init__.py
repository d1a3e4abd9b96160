"""Other products' wire formats, so that what speaks to them today speaks to Tocsin after a change of address and key.

Gateways translate and decide nothing. One package a product: `decode.py` turns a body into events (pure, msgspec),
`answer.py` speaks the product's HTTP. `app.py` is the ASGI application that chooses among them: no Django in these.
Reads, and writes that need no flood gate, are Django's, behind the front (`urls.py` of a package); what they promise is
kept in `models.py` and done by a job.
"""
