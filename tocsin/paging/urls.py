"""Addresses of the screens of pages."""

from __future__ import annotations

from django.urls import path

from tocsin.paging import views

app_name = "paging"
urlpatterns = [
    path("p/<str:token>", views.link, name="link"),
    path("escalation", views.policies, name="policies"),
    path("pages/unanswered", views.unanswered, name="unanswered"),
    path("pages/<uuid:page>/acknowledge", views.acknowledge, name="acknowledge"),
]
