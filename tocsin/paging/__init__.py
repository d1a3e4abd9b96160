"""Paging: the promise that a human will know. Policies, pages, steps, who was chosen and why, the ledger.

Here: whom to wake and when, until somebody answers. Not here: who is on call (``oncall``), how a message travels
(``channels``), what went wrong (``alerts``, ``incidents``). Read ``rules`` first: the ladder is pure. ``ticker`` walks
it, ``actions`` open, acknowledge, stop and move pages, ``ledger`` proves what happened, ``audit`` distrusts the rest.
"""
