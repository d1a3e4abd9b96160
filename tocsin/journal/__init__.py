"""The journal: what happened, in the past tense, written in the transaction in which it happened, and never changed.

Here: recording a fact, the reactions that follow it, reading facts for timelines and the journal screen.
Not here: deliveries of alerts (the event log of `alerts`). Read `actions.record` first.
"""
