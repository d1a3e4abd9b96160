"""Where Opsgenie's Heartbeat API stands; its ping is answered before Django, by `answer`."""

from __future__ import annotations

from django.urls import path, re_path

from tocsin.gateways.opsgenie import heartbeats_views

urlpatterns = [
    path("v2/heartbeats", heartbeats_views.heartbeats),
    path("v2/heartbeats/<str:name>", heartbeats_views.heartbeat),
    re_path("^v2/heartbeats/(?P<name>[^/]+)/(?P<what>enable|disable)$", heartbeats_views.switch),
]
