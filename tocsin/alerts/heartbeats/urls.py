"""Addresses of the screen of heartbeats."""

from __future__ import annotations

from django.urls import path

from tocsin.alerts.heartbeats import views

app_name = "heartbeats"
urlpatterns = [
    path("", views.heartbeats, name="list"),
    path("/<str:name>/switch", views.switch, name="switch"),
    path("/<str:name>/remove", views.remove, name="remove"),
]
