"""Every setting, typed, in one place: from the environment (TOCSIN_…), else from a TOML file, else its default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from tocsin.core.errors import TocsinError

PREFIX = "TOCSIN_"


class ConfigError(TocsinError):
    """A setting that cannot be used; the message names it and says what to put there."""

    code = "bad_setting"


def _setting(meaning: str, default: Any, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": meaning, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one node. Units stand in the names; paths are made absolute when loaded."""

    data_dir: Path = field(
        default=Path("var"),
        metadata={"help": "Folder of the embedded database, keys, sockets and spool.", "secret": False},
    )
    database_url: str = _setting("PostgreSQL >= 15 to use instead of the embedded server.", "", secret=True)
    pg_bin: str = _setting("Folder with postgres and initdb for the embedded server; empty: the wheel's.", "")
    keyring: str = _setting("The key ring itself (JSON), instead of DATA_DIR/keyring.json.", "", secret=True)
    host: str = _setting("Address the front listens on.", "127.0.0.1")
    port: int = _setting("Port the front listens on.", 8080)
    trusted_proxies: str = _setting(
        "Networks of the proxies whose x-forwarded-for is believed, comma separated; empty: none.", "127.0.0.1,::1"
    )
    base_url: str = _setting("Address people reach Tocsin by; used in messages. Empty: http://HOST:PORT.", "")
    language: str = _setting("Language for people who have chosen none: en or pl.", "en")
    zone: str = _setting("IANA time zone for people who have chosen none.", "UTC")
    smtp_url: str = _setting(
        "Mail server, smtp://user:password@host:port or smtps://…; empty: no e-mail.", "", secret=True
    )
    mail_from: str = _setting("Sender address of e-mail.", "tocsin@localhost")
    pages_file: str = _setting("File that the file channel appends to; empty: DATA_DIR/pages.jsonl.", "")
    allowed_targets: str = _setting("Internal hosts or networks that outgoing calls may reach, comma separated.", "")
    key_requests: int = _setting(
        "Requests a minute that a read or manage key may make of one node, a minute's worth at once; 0: no limit.", 600
    )
    intake_queue: int = _setting(
        "Alerts that may wait for their commit; above it senders get 503, the least grave above four fifths.", 20_000
    )
    intake_linger_ms: int = _setting("How long a commit waits for company, in milliseconds.", 3)
    flood_alerts: int = _setting(
        "Alerts of one integration that may be open at once (twice as many, if critical); more count in one flood"
        " alert; 0: no limit.",
        50_000,
    )
    spool_mb: int = _setting("MiB of DATA_DIR/spool that alerts may take while the database is away; 0: none.", 1024)
    event_days: int = _setting("Days the event log is kept.", 14)
    event_days_least: int = _setting("Days the event log is kept even where the disk is nearly full.", 2)
    disk_low_percent: int = _setting(
        "How full the disk of DATA_DIR may be before people are told and the event log is kept for less; 100: never.",
        80,
    )
    disk_full_percent: int = _setting(
        "How full it may be, if it has the database, before only graver alerts and ends are taken; 100: never.", 95
    )
    lease_s: int = _setting("Seconds a node may hold a job before another takes it.", 30)
    cookie_secure: bool = _setting("Send session cookies over HTTPS only.", False)
    debug: bool = _setting("Show tracebacks and the component gallery. Never in production.", False)

    @property
    def url(self) -> str:
        """The base address without a slash at the end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def pages_path(self) -> Path:
        return Path(self.pages_file) if self.pages_file else self.data_dir / "pages.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as `tocsin settings` and the reference show it."""

    name: str
    value: str
    default: str
    help: str
    secret: bool


def load(environ: Mapping[str, str] | None = None, file: Path | None = None) -> Config:
    """The settings, checked; raises ConfigError with a hint on the first that cannot be used."""
    environ = os.environ if environ is None else environ
    file = file or Path(environ.get(PREFIX + "CONFIG", "tocsin.toml"))
    values = _from_file(file) | _from_environment(environ)
    hints = get_type_hints(Config)
    config = Config(**{name: _convert(name, raw, hints[name]) for name, raw in values.items()})
    return _checked(config)


def describe(config: Config) -> list[Setting]:
    """Every setting with its value (secrets masked), default and meaning, in the order of declaration."""
    return [_describe_one(config, declared) for declared in fields(Config)]


def _describe_one(config: Config, declared: Field[Any]) -> Setting:
    secret = bool(declared.metadata["secret"])
    value = str(getattr(config, declared.name))
    return Setting(
        name=PREFIX + declared.name.upper(),
        value="(set)" if secret and value else value,
        default="" if declared.default is MISSING else str(declared.default),
        help=declared.metadata["help"],
        secret=secret,
    )


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    names = {declared.name for declared in fields(Config)}
    return {name: environ[PREFIX + name.upper()] for name in names if PREFIX + name.upper() in environ}


def _from_file(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}.") from None
    known = {declared.name for declared in fields(Config)}
    for name in values.keys() - known:
        raise ConfigError(f"{file}: there is no setting “{name}”. `tocsin settings` lists them.")
    return values


def _convert(name: str, raw: Any, kind: type) -> Any:
    shown = PREFIX + name.upper()
    if kind is bool:
        if str(raw).lower() not in {"1", "0", "true", "false", "yes", "no"}:
            raise ConfigError(f"{shown} must be true or false, not “{raw}”.")
        return str(raw).lower() in {"1", "true", "yes"}
    if kind is int:
        try:
            return int(raw)
        except ValueError:
            raise ConfigError(f"{shown} must be a whole number, not “{raw}”.") from None
    if kind is Path:
        return Path(raw).expanduser().absolute()
    return str(raw)


def _checked(config: Config) -> Config:
    if config.language not in {"en", "pl"}:
        raise ConfigError(f"TOCSIN_LANGUAGE must be en or pl, not “{config.language}”.")
    if config.zone not in available_timezones():
        raise ConfigError(f"TOCSIN_ZONE must be an IANA zone such as Europe/Warsaw, not “{config.zone}”.")
    if not 0 <= config.port <= 65535:
        raise ConfigError(f"TOCSIN_PORT must be between 0 and 65535, not {config.port}.")
    if config.database_url and urlsplit(config.database_url).scheme not in {"postgresql", "postgres"}:
        raise ConfigError("TOCSIN_DATABASE_URL must begin with postgresql://.")
    if config.base_url and urlsplit(config.base_url).scheme not in {"http", "https"}:
        raise ConfigError("TOCSIN_BASE_URL must begin with http:// or https://.")
    _check_networks(config.trusted_proxies)
    ZoneInfo(config.zone)
    _check_marks(config)
    for name in ("intake_queue", "event_days", "event_days_least", "lease_s"):
        if getattr(config, name) < 1:
            raise ConfigError(f"TOCSIN_{name.upper()} must be at least 1.")
    if not config.data_dir.is_absolute():
        return Config(
            **{f.name: getattr(config, f.name) for f in fields(config)} | {"data_dir": config.data_dir.absolute()}
        )
    return config


def _check_marks(config: Config) -> None:
    if not 1 <= config.disk_low_percent <= config.disk_full_percent <= 100:
        raise ConfigError("TOCSIN_DISK_LOW_PERCENT and …_FULL_PERCENT must be 1 to 100, the first no greater.")


def _check_networks(listed: str) -> None:
    for network in filter(None, (each.strip() for each in listed.split(","))):
        try:
            ip_network(network)
        except ValueError:
            raise ConfigError(f"TOCSIN_TRUSTED_PROXIES: “{network}” is no network such as 10.0.0.0/8.") from None
