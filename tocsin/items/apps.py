from django.apps import AppConfig


class ItemsConfig(AppConfig):
    name = "tocsin.items"
    label = "items"
