"""The one asynchronous door for deliveries: `Intake.accept` answers after they are committed. Never imports Django.

Read `door` first; `commit` writes one group of requests as one transaction, `keys` tells friend from foe.
"""

from tocsin.alerts.intake.door import Intake
from tocsin.alerts.intake.events import Delivery, NewEvent, Receipt, Target
from tocsin.alerts.intake.keys import Sender

__all__ = ["Delivery", "Intake", "NewEvent", "Receipt", "Sender", "Target"]
