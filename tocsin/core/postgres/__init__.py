"""A private PostgreSQL server: found, initialised, started as our own child, shared, stopped, dumped, restored.

Lives here: the launcher and nothing about what is stored. Not here: connections, models, migrations.
The traps it handles are named in the module that handles each: `programs` (whose binaries), `identity` (as whom, since
PostgreSQL refuses to run as root), `processes` (zombies and stale pid files), `sockets` (path length),
`cluster` (life). Read `cluster.py` first.
"""

from tocsin.core.postgres.backup import Progress, dump, restore
from tocsin.core.postgres.cluster import Cluster, Running
from tocsin.core.postgres.programs import Programs, find_programs
from tocsin.core.postgres.roles import Names

__all__ = ["Cluster", "Names", "Programs", "Progress", "Running", "dump", "find_programs", "restore"]
