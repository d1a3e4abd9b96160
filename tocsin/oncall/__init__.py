"""Who is on call: weekly rotations with overrides, answered for now, for later and with the reason.

Here: rotations, overrides, shifts, hand-offs. Not here: whom to wake and when (``paging``), how to reach them
(``channels``). Read ``rules.py`` first: it is pure and holds nearly everything.
"""
