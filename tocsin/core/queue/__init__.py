"""The queue: `defer` in the transaction of the cause, `work` on any node. Exactly one effect in the database.

A handler that only writes to the database runs in the transaction that removes its job. A handler that calls out
(`outside=True` where it is registered) is run under its lease instead, and completes its own row.

Only a handler's own failure counts as an attempt (`failures`); after the last one the job stays, until somebody revives
it (`given_up`).
"""

from tocsin.core.queue.defer import defer, defer_many
from tocsin.core.queue.work import Handler, Worker

__all__ = ["Handler", "Worker", "defer", "defer_many"]
