"""How the processes of a node are connected, so that neither side waits for ever for one that is gone or stuck.

A machine that dies, or whose network does, closes nothing. Without these settings its peer would wait for two hours,
and the server would keep the locks of its open transaction as long.
"""

CLIENT = {"keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3", "tcp_user_timeout": "10000"}
"""For libpq: a server that is silent for about ten seconds is gone. Over a Unix socket they mean nothing."""

_SERVER = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "idle_in_transaction_session_timeout": "30000",
}
"""The same the other way round; and a client that lives and says nothing within its transaction loses it."""


def options(extra: str = "", **more: str) -> str:
    """The `options` of a connection; `more` and then `extra` win."""
    return " ".join([*(f"-c {name}={value}" for name, value in (_SERVER | more).items()), extra]).strip()
