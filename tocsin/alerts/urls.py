"""Addresses of the screens of alerts, groups and silences."""

from __future__ import annotations

from django.urls import path

from tocsin.alerts.views import inbox, one, silences

app_name = "alerts"
urlpatterns = [
    path("alerts", inbox.inbox, name="inbox"),
    path("alerts/change", inbox.change, name="change"),
    path("alerts/undo", inbox.undo, name="undo"),
    path("alerts/<uuid:uuid>", one.alert, name="alert"),
    path("groups/<uuid:uuid>", one.group, name="group"),
    path("groups/<uuid:uuid>/keep-apart", one.keep_apart, name="keep-apart"),
    path("groups/<uuid:uuid>/join", one.join, name="join"),
    path("groups/<uuid:uuid>/cause/<slug:verdict>", one.judge, name="judge"),
    path("silences", silences.silences, name="silences"),
    path("silences/<str:key>/end", silences.end, name="end-silence"),
    path("silences/<str:key>/resume", silences.resume, name="resume-silence"),
]
