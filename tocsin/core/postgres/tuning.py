"""The server's settings: durable by default, sized to the machine, no TCP."""

import os
from collections.abc import Mapping
from pathlib import Path

MIB = 1024 * 1024


def settings_for(sockets: Path, overrides: Mapping[str, str]) -> dict[str, str]:
    """Settings as they go on the command line; `overrides` win (tests turn fsync off)."""
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": f"{shared_buffers_mib(_memory_mib())}MB",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "wal_compression": "pglz",  # every build has it; lz4 is a build option
        "max_wal_size": "2GB",  # a storm writes in bursts: fewer forced checkpoints
        "checkpoint_completion_target": "0.9",
        "random_page_cost": "1.1",  # disks here are solid state
        "jit": "off",  # short queries only: compiling costs more than it saves
        "autovacuum_naptime": "15s",  # the queue tables live on dead rows being removed soon
        "log_timezone": "UTC",
        "timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        **overrides,
    }


def shared_buffers_mib(memory_mib: int) -> int:
    """A quarter of the memory, at least 64 MiB and at most 512: the node beside it needs memory too."""
    return max(64, min(512, memory_mib // 4))


def _memory_mib() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MIB
