"""Addresses of the screens of incidents."""

from __future__ import annotations

from django.urls import path

from tocsin.incidents import views

app_name = "incidents"
urlpatterns = [
    path("incidents", views.incident_list, name="list"),
    path("incidents/new", views.declare, name="declare"),
    path("incidents/of/<uuid:uuid>", views.by_uuid, name="by-uuid"),
    path("incidents/<str:key>", views.incident, name="incident"),
    path("incidents/<str:key>/part/<slug:name>", views.part, name="part"),
    path("incidents/<str:key>/do/<slug:verb>", views.do, name="do"),
]
