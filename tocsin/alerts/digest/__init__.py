"""The digest: deliveries become alerts, alerts become groups. One engine of the installation does it at a time.

`turn.run_once` is a turn: `lease` says whose it is, `reading` takes waiting batches, `repeating` counts what changes
nothing, `folding` applies `rules.life` to what `flooding` lets through of the rest, `writing` stores the result in the
same transaction, `observing` feeds the correlation and `grouping` makes its decision ours. Read `turn` first.
"""

from tocsin.alerts.digest.turn import Digest, run_once

__all__ = ["Digest", "run_once"]
