"""The one asynchronous door for deliveries: `Intake.accept` answers after they are committed. Never imports Django.

Read `door` first; `commit` writes one group of requests as one transaction, what only repeats (`memory`) in short,
`spool` keeps it on this node's disk while the database is away, `keys` tells friend from foe, `keyfile` does so after a
restart, `refusing` tells people of what was refused. `http`, `limits` and `wire` are what all senders' formats share.
"""

from tocsin.alerts.intake.disk import fill_of, holds_database
from tocsin.alerts.intake.door import Intake
from tocsin.alerts.intake.events import Delivery, Durability, NewEvent, Receipt, Target
from tocsin.alerts.intake.keeping import SpoolState
from tocsin.alerts.intake.keys import Sender

__all__ = [
    "Delivery",
    "Durability",
    "Intake",
    "NewEvent",
    "Receipt",
    "Sender",
    "SpoolState",
    "Target",
    "fill_of",
    "holds_database",
]
