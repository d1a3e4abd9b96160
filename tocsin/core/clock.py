"""The one clock: the database's, plus an offset that only tests can set (`core_clock`)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Func


class Now(Func):
    """`tocsin_now()` in a query."""

    function = "tocsin_now"
    template = "%(function)s()"
    output_field = DateTimeField()


def now() -> datetime:
    """The moment by the database's clock, in UTC. One round trip: pass it on as `now`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tocsin_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment
