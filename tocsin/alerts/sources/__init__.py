"""What sends alerts: one file a product, which describes itself and turns its body into events. Never imports Django.

Read `source` for what a source is, `generic` for a short one, `registry` for all. `answer` is the HTTP they share.
The full APIs of other products are not here but in `gateways`; `wires` describes them for those who connect one.
"""
