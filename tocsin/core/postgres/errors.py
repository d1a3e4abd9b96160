"""The one error of the launcher."""

from tocsin.core.errors import TocsinError


class PostgresError(TocsinError):
    """The private server cannot be started, or its data cannot be used; the message says what to do."""

    status = 500
    code = "postgres"
