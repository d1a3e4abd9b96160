"""Addresses of the screens of services."""

from __future__ import annotations

from django.urls import path

from tocsin.assets import views

app_name = "assets"
urlpatterns = [
    path("services", views.services, name="services"),
    path("services/<path:key>", views.service, name="service"),
]
