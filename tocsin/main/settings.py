"""Django's settings, made from the typed settings of the node (`tocsin.core.config`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from tocsin.core import config as _config
from tocsin.core import keyring as _keyring
from tocsin.core.postgres import sessions

CONFIG = _config.load()

PACKAGE = Path(__file__).resolve().parent.parent


def _database(url: str) -> dict[str, Any]:
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    named = {
        "NAME": parts.pop("dbname", "tocsin"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
    }
    parts.setdefault("connect_timeout", "2")
    parts.setdefault("application_name", "tocsin")
    parts["options"] = sessions.options(parts.get("options", ""))
    return {
        "ENGINE": "tocsin.core.postgres.backend",
        **named,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": sessions.CLIENT | parts,
    }


def _secret_key() -> str:
    """From the key ring where there is one; a command that makes the ring must run without."""
    try:
        return _keyring.load(CONFIG).key("django").hex()
    except _config.ConfigError:
        return "no key ring yet: nothing is signed with this"


DATABASES = {"default": _database(CONFIG.database_url or "postgresql:///tocsin")}
SECRET_KEY = _secret_key()
DEBUG = CONFIG.debug
ALLOWED_HOSTS = ["*"]  # the Host header is never used to build an address: TOCSIN_BASE_URL is
INSTALLED_APPS = [
    "tocsin.core",
    "tocsin.ui",
    "tocsin.journal",
    "tocsin.accounts",
    "tocsin.assets",
    "tocsin.channels",
    "tocsin.items",
    "tocsin.oncall",
    "tocsin.paging",
    "tocsin.deployments",
    "tocsin.alerts",
    "tocsin.incidents",
    "tocsin.gateways",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]
INSTALLED_APPS = [
    app for app in INSTALLED_APPS if app.startswith("django.") or (PACKAGE / app.partition(".")[2]).is_dir()
]
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CSRF_FAILURE_VIEW = "tocsin.ui.views.csrf_failed"
LOGIN_URL = "accounts:sign-in"
UI_NAVIGATION = "tocsin.main.navigation.navigation"
UI_REMEMBER = "tocsin.main.navigation.remember"
LOGIN_REDIRECT_URL = "/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "tocsin.main.urls"
WSGI_APPLICATION = "tocsin.main.wsgi.application"

MIDDLEWARE = [
    "tocsin.main.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tocsin.main.middleware.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tocsin.main.middleware.ErrorScreens",
    "tocsin.main.answers.AnswerOnce",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "main" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tocsin.ui.context.shell",
            ],
            "builtins": ["tocsin.ui.templatetags.ui"],
        },
    }
]

SESSION_COOKIE_NAME = "__Host-tocsin" if CONFIG.cookie_secure else "tocsin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.cookie_secure
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-tocsin-csrf" if CONFIG.cookie_secure else "tocsin-csrf"
CSRF_TRUSTED_ORIGINS = [CONFIG.url] if urlsplit(CONFIG.url).scheme == "https" else []
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = CONFIG.language
LANGUAGES = [("en", "English"), ("pl", "Polski")]
LOCALE_PATHS = [PACKAGE / "ui" / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "tocsin.main.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"httpx": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
