"""Addresses of the screen of maintenance windows."""

from __future__ import annotations

from django.urls import path

from tocsin.alerts.maintenance import views

app_name = "maintenance"
urlpatterns = [
    path("", views.maintenance, name="list"),
    path("/<str:key>/prolong", views.prolong, name="prolong"),
    path("/<str:key>/end", views.end, name="end"),
]
