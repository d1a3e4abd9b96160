"""Idempotency-Key: a POST to the API that is repeated has its effect once and gets its first answer again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from tocsin.accounts.queries import actor_for_token, keyring

PREFIX = "/api/v1/"
PURPOSE = "idempotency"
MAX_KEY = 255
KEPT_S = 86_400
REPLAYED = "Idempotent-Replayed"

_TAKE = """
INSERT INTO core_answer (who, key, what, body) VALUES (%s, %s, %s, '') ON CONFLICT (who, key) DO NOTHING RETURNING id
"""
_KEEP = "UPDATE core_answer SET status = %s, body = %s WHERE id = %s"
_KEPT = "SELECT what, status, body FROM core_answer WHERE who = %s AND key = %s"
_FORGET = "DELETE FROM core_answer WHERE at < tocsin_now() - make_interval(secs => %s)"

Answer = Callable[[HttpRequest], HttpResponse]


class AnswerOnce:
    """Keeps the answer in the transaction of the effect, so that there is never one without the other.

    A repeat that comes while the first is under way waits for it. Refusals are not kept: they had no effect.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key, who = request.headers.get("Idempotency-Key"), _caller(request)
        if key is None or not who or request.method != "POST" or not request.path.startswith(PREFIX):
            return self.get_response(request)
        if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
            return _refusal("bad_idempotency_key", f"Idempotency-Key: 1 to {MAX_KEY} printable characters.")
        if not _is_readable(request):
            return self.get_response(request)  # refused, in the API's own words
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_TAKE, [who, key, _what(request)])
            taken = cursor.fetchone()
            if taken is None and not _is_known(request):
                return self.get_response(request)  # a key revoked since: whoever asks now is refused like anybody
            if taken is None:
                cursor.execute(_KEPT, [who, key])
                return _again(request, _bound(who, key), *cursor.fetchone())
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            else:
                sealed = keyring().seal(PURPOSE, response.content, _bound(who, key))
                cursor.execute(_KEEP, [response.status_code, sealed, taken[0]])
        return response


def forget_answers() -> int:
    """Drop answers older than a day; returns how many went."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [KEPT_S])
        gone: int = cursor.rowcount
    return gone


def _caller(request: HttpRequest) -> str:
    """A fingerprint of whatever the caller shows of itself, "" for nothing: the key is theirs alone."""
    shown = request.headers.get("Authorization", "") or request.session.session_key or ""
    return keyring().mac(PURPOSE, shown.encode()) if shown else ""


def _is_known(request: HttpRequest) -> bool:
    shown = request.headers.get("Authorization", "")
    if not shown:
        return request.user.is_authenticated
    return actor_for_token(shown.partition(" ")[2].strip()) is not None


def _is_readable(request: HttpRequest) -> bool:
    try:
        return request.body is not None
    except RequestDataTooBig:
        return False


def _what(request: HttpRequest) -> str:
    return hashlib.sha256(b"\0".join((request.get_full_path().encode(), request.body))).hexdigest()


def _bound(who: str, key: str) -> bytes:
    return f"{who}:{key}".encode()


def _again(request: HttpRequest, bound_to: bytes, what: str, status: int, sealed: bytes) -> HttpResponse:
    if what != _what(request):
        message = "This Idempotency-Key was used for another request within the last day; use a new one."
        return _refusal("idempotency_key_reused", message)
    body = keyring().open(PURPOSE, bytes(sealed), bound_to)
    answer = HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
    answer.headers[REPLAYED] = "true"
    return answer


def _refusal(code: str, message: str) -> HttpResponse:
    return JsonResponse({"code": code, "message": message}, status=422)
