"""Addresses of the screens of who is on call."""

from __future__ import annotations

from django.urls import path

from tocsin.oncall import views

app_name = "oncall"
urlpatterns = [
    path("oncall", views.now, name="now"),
    path("oncall/<str:key>", views.rotation, name="rotation"),
    path("oncall/<str:key>/overrides/<uuid:override>/remove", views.remove_override, name="remove-override"),
]
