"""Numbers, times and spans as the reader's language writes them. Pure but for gettext: the moment is a parameter."""

from __future__ import annotations

from datetime import datetime, tzinfo

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

NARROW_SPACE = "\u202f"  # does not break, so a number stays on one line
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400


def number(value: int, language: str) -> str:
    """25000 -> "25,000" in English, "25 000" in Polish, which groups from five digits on."""
    digits = f"{abs(value):,}"
    if language.partition("-")[0] == "pl":
        digits = digits.replace(",", NARROW_SPACE) if abs(value) >= 10_000 else digits.replace(",", "")
    return f"-{digits}" if value < 0 else digits


def compact_number(value: int, language: str) -> str:
    """For badges: 999 stays, 1500 -> "1.5k"; a badge must not push its label away."""
    if value < 1000:
        return str(value)
    point = "," if language.partition("-")[0] == "pl" else "."
    scaled, unit = (value / 1000, "k") if value < 1_000_000 else (value / 1_000_000, "M")
    text = f"{scaled:.0f}" if scaled >= 10 else f"{scaled:.1f}".removesuffix(".0")
    return text.replace(".", point) + unit


def duration(seconds: float) -> str:
    """The two largest units: "39 s", "1 min 12 s", "2 h 05 min", "3 d 4 h"; under a second with one digit."""
    if 0 < seconds < 1:
        return gettext("%(n)s s") % {"n": f"{seconds:.1f}"}
    whole = max(0, round(seconds))
    if whole < MINUTE_S:
        return gettext("%(n)s s") % {"n": whole}
    if whole < HOUR_S:
        minutes, rest = divmod(whole, MINUTE_S)
        minutes_text = gettext("%(n)s min") % {"n": minutes}
        return minutes_text if rest == 0 else f"{minutes_text} {gettext('%(n)s s') % {'n': f'{rest:02}'}}"
    if whole < DAY_S:
        hours, rest = divmod(whole // MINUTE_S, 60)
        return f"{gettext('%(n)s h') % {'n': hours}} {gettext('%(n)s min') % {'n': f'{rest:02}'}}"
    days, rest = divmod(whole // HOUR_S, 24)
    return f"{gettext('%(n)s d') % {'n': days}} {gettext('%(n)s h') % {'n': rest}}"


def ago(seconds: float) -> str:
    """How long ago, by the coarsest unit that still says something; the scripts write the same words."""
    whole = max(0, int(seconds))
    if whole < MINUTE_S:
        return gettext("%(n)s s ago") % {"n": whole}
    if whole < HOUR_S:
        return gettext("%(n)s min ago") % {"n": whole // MINUTE_S}
    if whole < DAY_S:
        return gettext("%(n)s h ago") % {"n": whole // HOUR_S}
    return gettext("%(n)s d ago") % {"n": whole // DAY_S}


def running(seconds: float) -> str:
    """378 -> "00:06:18"; hours grow past 99."""
    whole = max(0, int(seconds))
    return f"{whole // HOUR_S:02}:{whole // MINUTE_S % 60:02}:{whole % 60:02}"


def countdown(seconds: float) -> str:
    """221 -> "3:41"; nothing left is "0:00"."""
    whole = max(0, int(seconds + 0.999))
    return running(whole) if whole >= HOUR_S else f"{whole // MINUTE_S}:{whole % 60:02}"


def local(moment: datetime, zone: tzinfo) -> datetime:
    """The moment on the reader's clock; at the edge of the calendar, where that clock has no such date, as it is."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """The time of day to the second, with the date in front unless it is today in the reader's zone."""
    here = local(moment, zone)
    time = here.strftime("%H:%M:%S")
    if here.date() == now.astimezone(zone).date():
        return time
    return f"{date_format(here, pgettext('date format, see Django', 'j M'))} {time}"


def exact(moment: datetime, zone: tzinfo) -> str:
    """The whole truth for a title: date, time, zone."""
    here = local(moment, zone)
    return f"{date_format(here, pgettext('date format, see Django', 'l, j F Y'))}, {here:%H:%M:%S} {here.tzname()}"


def script_words() -> dict[str, str]:
    """What the scripts say, in the reader's language; {braces} are theirs to fill."""
    return {
        "ago_s": gettext("%(n)s s ago") % {"n": "{n}"},
        "ago_min": gettext("%(n)s min ago") % {"n": "{n}"},
        "ago_h": gettext("%(n)s h ago") % {"n": "{n}"},
        "ago_d": gettext("%(n)s d ago") % {"n": "{n}"},
        "live_live": gettext("Live"),
        "live_catching-up": gettext("Catching up"),
        "live_paused": gettext("Paused since %(time)s") % {"time": "{time}"},
        "search_for": gettext("Search for “%(words)s”") % {"words": "{words}"},
        "copied": gettext("Copied"),
        "dismiss": gettext("Dismiss"),
        "failed": gettext("That did not work (error %(n)s). Reload the page and try again.") % {"n": "{n}"},
        "countdown_left": gettext("%(n)s seconds left") % {"n": "{n}"},
    }
