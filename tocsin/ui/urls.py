"""Addresses of the shell itself."""

from __future__ import annotations

from django.conf import settings
from django.urls import path

from tocsin.ui import views

app_name = "ui"
urlpatterns = [
    path("theme", views.choose_theme, name="theme"),
    path("language", views.choose_language, name="language"),
    path("rail", views.rail, name="rail"),
    path("alarm", views.alarm, name="alarm"),
]
if settings.DEBUG:
    from tocsin.ui import gallery

    urlpatterns += [
        path("gallery", gallery.gallery, name="gallery"),
        path("gallery/plain", gallery.plain),
        path("gallery/<int:status>", gallery.error),
    ]
