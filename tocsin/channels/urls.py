"""Addresses of the screens of contacts."""

from __future__ import annotations

from django.urls import path

from tocsin.channels import views

app_name = "channels"
urlpatterns = [
    path("contacts", views.contacts, name="contacts"),
    path("contacts/<uuid:contact_id>", views.contact, name="contact"),
    path("contacts/<uuid:contact_id>/test", views.send_test, name="send-test"),
    path("contacts/<uuid:contact_id>/remove", views.remove_contact, name="remove-contact"),
]
