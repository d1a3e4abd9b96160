"""An e-mail as it is, posted by the mail server: `| curl --data-binary @-` from an alias.

The sender and the subject without its state are one alert, so `[RESOLVED] Disk full` ends `Disk full`. Where the sender
answers its own messages instead, the option `thread` makes a thread one alert. The service is what follows a plus in
the address (`alerts+db-01@example.com`). A Message-ID counts once. An out-of-office reply is no alert.
"""

from __future__ import annotations

import codecs
import email
import email.policy
import email.utils
import hashlib
import html
import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import ClassVar

from tocsin.alerts.intake.events import NewEvent
from tocsin.alerts.intake.http import Request
from tocsin.alerts.intake.limits import DESCRIPTION, YEARS, Refusal
from tocsin.alerts.rules import AlertAction, Severity, from_word
from tocsin.alerts.sources.options import Option, Shape
from tocsin.alerts.sources.parts import fitted
from tocsin.alerts.sources.source import Decoded, Guide, Setup, gettext_noop
from tocsin.alerts.sources.wires import FIRST

HEADERS_MOST = 64 * 1024
HEADER_MOST = 4096
PARTS_MOST = 100
NO_CHARSETS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape"})
"""What Python calls one and no mail is in: slow, or of another language's source."""
BODY_MOST = 1024 * 1024
MARKUP_MOST = 256 * 1024
HIDDEN = frozenset({"script", "style", "head"})
BLOCKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3"})
_TAG = re.compile(r"<([a-z0-9]{1,10})")
ENDS = frozenset({"RESOLVED", "RECOVERY", "RECOVERED", "OK", "UP", "CLOSED", "CLEARED", "NORMAL"})
BEGINS = "FIRING|PROBLEM|ALERT|ALARM|TRIGGERED|DOWN|CRITICAL|CRIT|MAJOR|ERROR|MINOR|WARNING|WARN|INFO|P[1-5]"
_REPLY = re.compile(r"\s*(?:re|aw|odp|fw|fwd|wg|pd)\s*:\s*", re.IGNORECASE)
_WORDS = f"{'|'.join(sorted(ENDS, reverse=True))}|{BEGINS}"
_WORD = re.compile(
    rf"[\s*\[({{]*(?:(?i:({_WORDS}))(?=(?: ?[:#]? ?\d+)? ?[:\])}}])|({_WORDS})(?=[\s:*\])}}-]|$))"
    r"(?: ?[:#] ?\d+)?[\s:*\])}-]*"
)
"""A state in capitals, or in any letters where a colon or bracket sets it off: `Up to date` is none."""
_LAST = re.compile(r" is (?:OK|UP|WARNING|CRITICAL|UNKNOWN|DOWN|UNREACHABLE)[!* ]*$")
"""How Nagios and Icinga end their subjects; the first word says whether that is good."""
_BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError)
"""What the standard library raises over headers and parts that are no such thing."""


class Email:
    """`POST /in/email`."""

    kind: ClassVar = "email"
    label: ClassVar = gettext_noop("E-mail")
    guides: ClassVar = (
        Guide(
            title=FIRST,
            hint="curl",
            text="""printf 'From: me@db-01.example\\nTo: a+db-01@tocsin.example\\nSubject: WARNING: Disk full\\n\\n' \\
  | curl -X POST $url/in/email/$token -H 'Content-Type: message/rfc822' --data-binary @-""",
        ),
        Guide(
            title=gettext_noop("Let the mail server hand its mail over"),
            hint=gettext_noop("/etc/aliases of Postfix: what was not taken stays in its queue and is tried again."),
            text="""alerts: "|/usr/bin/curl -fsS -m 60 -o /dev/null -H 'Content-Type: message/rfc822' \
--data-binary @- $url/in/email/$token || exit 75\"""",
        ),
    )
    options: ClassVar = (
        Option(
            name="thread",
            label=gettext_noop("A thread is one alert"),
            hint=gettext_noop("For senders that answer their own message when it is over."),
            shape=Shape.FLAG,
        ),
    )

    def decode(self, request: Request, setup: Setup) -> Decoded:
        """The one event of a message; none for an automatic reply."""
        message = _parsed(request.body)
        if _header(message, "auto-submitted").lower().startswith("auto-replied"):
            return Decoded()
        event = _event(message, request, threaded=bool(setup.options.get("thread")))
        own = _header(message, "message-id")
        key = f"mail:{hashlib.blake2b(own.encode(), digest_size=20).hexdigest()}" if own else ""
        return Decoded(events=(event,), keys=(key,) if key else ())


def _parsed(body: bytes) -> Message:
    head = body.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if len(head) > HEADERS_MOST:
        raise Refusal(f"the headers are larger than {HEADERS_MOST} bytes")
    if body.lstrip()[:1] in {b"{", b"["}:
        raise Refusal("this is JSON and no e-mail; post it to /in/generic")
    try:
        message = email.message_from_bytes(_beginning(body), policy=email.policy.compat32)
    except _BROKEN:
        raise Refusal("this is no e-mail") from None
    if not _header(message, "subject") and not _header(message, "from"):
        raise Refusal("neither Subject nor From: this is no e-mail")
    return message


def _beginning(body: bytes) -> bytes:
    """As much as is read: a mebibyte, with at most twice as many lines that may part it as parts are looked at."""
    body = body[:BODY_MOST]
    place = 0
    for _ in range(PARTS_MOST * 2):
        place = body.find(b"\n--", place) + 1
        if not place:
            return body
    return body[:place]


def _header(message: Message, name: str) -> str:
    """A header's text on one line, its encoded words decoded; as it stands where that fails."""
    raw = str(message.get(name, ""))[:HEADER_MOST]
    try:
        text = str(make_header(decode_header(raw)))
    except _BROKEN:
        text = raw
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _event(message: Message, request: Request, *, threaded: bool) -> NewEvent:
    subject = _REPLY.sub("", _header(message, "subject"), count=3)
    stem, ends, word = _stem(subject)
    sender = email.utils.parseaddr(_header(message, "from"))[1].lower()
    root = _root(message) if threaded else ""
    return fitted(
        NewEvent(
            action=AlertAction.RESOLVE if ends else AlertAction.FIRE,
            fingerprint=f"thread/{root}" if root else f"{sender}/{stem.lower()}",
            at=_date(message),
            sent_at=request.sent_at,
            severity=_severity(message, word),
            service=_plus(message),
            name=stem,
            title=stem or subject or "E-mail without a subject",
            description=_body(message),
            source=sender,
            labels={"from": sender, "to": email.utils.parseaddr(_header(message, "to"))[1], "subject": subject},
        )
    )


def _stem(subject: str) -> tuple[str, bool, str]:
    """The subject without the words of state it begins with, whether one ends, and the last that begins."""
    ends, begins = False, ""
    while found := _WORD.match(subject):
        word = (found[1] or found[2]).upper()
        ends, begins = ends or word in ENDS, begins if word in ENDS else word
        subject = subject[found.end() :]
    return _LAST.sub("", subject).strip(" *"), ends, begins


def _severity(message: Message, word: str) -> Severity:
    urgent = _header(message, "x-priority")[:1] in {"1", "2"} or _header(message, "importance").lower() == "high"
    return from_word("critical" if word == "DOWN" else word or ("major" if urgent else ""))


def _root(message: Message) -> str:
    """The message that began the thread."""
    ids = (_header(message, "references") or _header(message, "in-reply-to") or _header(message, "message-id")).split()
    return ids[0] if ids else ""


def _plus(message: Message) -> str:
    for name in ("x-original-to", "delivered-to", "to"):
        local = email.utils.parseaddr(_header(message, name))[1].partition("@")[0]
        if detail := local.partition("+")[2]:
            return detail
    return ""


def _date(message: Message) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(_header(message, "date"))
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (*_BROKEN, OverflowError):
        return None
    return found if found.year in YEARS else None


def _body(message: Message) -> str:
    """Its plain text, else the text of its markup."""
    plain = markup = ""
    for number, part in enumerate(message.walk()):
        if number >= PARTS_MOST:
            break
        if part.get_content_type() == "text/plain" and not plain:
            plain = _text(part)
        elif part.get_content_type() == "text/html" and not markup:
            markup = _text(part)
    return plain.strip()[:DESCRIPTION] or _unmarked(markup[:MARKUP_MOST])


def _text(part: Message) -> str:
    try:
        body = part.get_payload(decode=True)
        raw = body if isinstance(body, bytes) else b""
        charset = codecs.lookup(part.get_content_charset("utf-8")).name
        text = raw.decode("utf-8" if charset in NO_CHARSETS else charset, "replace")
        return text.encode("utf-8", "replace").decode()  # UTF-7 can spell half a surrogate pair
    except _BROKEN:
        return ""


def _unmarked(markup: str) -> str:
    """The text of markup, without scripts and styles, a line for each block. Each character is looked at once."""
    lower, found, place = markup.lower(), [], 0
    while (start := markup.find("<", place)) >= 0:
        found.append(markup[place:start])
        end = markup.find("-->" if markup.startswith("<!--", start) else ">", start)
        if end < 0:
            break
        name = _TAG.match(lower, start)
        tag = name[1] if name else ""
        if tag in HIDDEN:
            end = lower.find(f"</{tag}", end)
            if end < 0:
                break
            end -= 1
        elif tag in BLOCKS:
            found.append("\n")
        place = end + 1
    else:
        found.append(markup[place:])
    lines = (" ".join(line.split()) for line in html.unescape("".join(found)).replace("-->", "").splitlines())
    return "\n".join(line for line in lines if line)[:DESCRIPTION]
