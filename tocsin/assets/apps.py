from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "tocsin.assets"
    label = "assets"
