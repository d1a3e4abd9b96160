"""Addresses of the screens of connecting."""

from __future__ import annotations

from django.urls import path

from tocsin.alerts.connect import views

app_name = "alerts-connect"
urlpatterns = [
    path("", views.integrations, name="list"),
    path("/<str:key>", views.integration, name="integration"),
    path("/<str:key>/arrivals", views.arrivals, name="arrivals"),
    path("/<str:key>/settings", views.options, name="settings"),
    path("/<str:key>/settings/try", views.try_mapping, name="try"),
    path("/<str:key>/keys", views.another_key, name="another-key"),
    path("/<str:key>/disconnect", views.disconnect, name="disconnect"),
]
