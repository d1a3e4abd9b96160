"""The screens' parts without rooms and without a database: enough for the gallery and for component tests."""

from pathlib import Path

LOCALE = Path(__file__).resolve().parents[2] / "tocsin" / "ui" / "locale"

DEBUG = True
SECRET_KEY = "sample"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["tocsin.ui", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.staticfiles"]
MIDDLEWARE = [
    "tocsin.main.middleware.SecurityHeaders",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.locale.LocaleMiddleware",
]
ROOT_URLCONF = "tests.ui.urls"
DATABASES: dict[str, dict[str, str]] = {}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "tocsin.ui.context.shell"],
            "builtins": ["tocsin.ui.templatetags.ui"],
        },
    }
]
UI_NAVIGATION = "tocsin.ui.gallery.sample_navigation"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("pl", "Polski")]
LOCALE_PATHS = [LOCALE]
STATIC_URL = "/static/"
