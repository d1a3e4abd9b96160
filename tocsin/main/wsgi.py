"""Django's screens and REST, as WSGI."""

from __future__ import annotations

from django.core.handlers.wsgi import WSGIHandler

from tocsin.main import boot

boot.set_up_django()
application = WSGIHandler()
