"""Alerts: what machines say, from the sender's delivery to alerts, groups and their cause.

Here: the intake (durable, group-committed), the digest that folds deliveries into alerts, correlation groups, silences.
Not here: other products' wire formats (`gateways`), the correlation itself (`correlation`), pages and incidents.
Read first: `rules/life.py` (how deliveries become state), then `digest.py`; the way in is `intake/door.py`.
"""
