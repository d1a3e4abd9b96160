"""Buttons that do something: what every view behind one answers with, whether a script asks or a browser without one.

The view does the act and redirects to where it shows; a refusal it lets through. A plain browser follows the redirect,
or comes back to where it was with the refusal on top. A script (`{% act %}` in the form, `shell/acts.ts`) morphs the
screen it is on, so that focus, place and what is half written stay, and puts a refusal beside the button.
"""

from __future__ import annotations

from functools import wraps
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from tocsin.core.errors import TocsinError
from tocsin.ui.access import View, is_fragment


def said(refused: TocsinError) -> str:
    """A refusal's sentence in the reader's language."""
    return refused.said_in(gettext)


def act(view: View) -> View:
    """For a view behind a button: see above. What only shows is let be."""

    @wraps(view)
    def acting(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        try:
            answer = view(request, *args, **kwargs)
        except TocsinError as refused:
            return _refused(request, refused)
        return _on_screen(request, answer) if is_fragment(request) else answer

    return acting


def back(request: HttpRequest) -> str:
    """Where the reader came from, on this site; the start otherwise."""
    asked = request.POST.get("next") or request.headers.get("Referer", "")
    inside = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if inside else "/"


def _refused(request: HttpRequest, refused: TocsinError) -> HttpResponse:
    if is_fragment(request):
        return render(request, "ui/_refused.html", {"refusal": said(refused)}, status=refused.status)
    if refused.status == 403:
        raise refused
    messages.error(request, said(refused))
    return HttpResponseRedirect(back(request))


def _on_screen(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The same screen again as the reader has narrowed it; another screen is gone to as a whole."""
    if not isinstance(answer, HttpResponseRedirect):
        return answer
    to, here = urlsplit(answer.url), urlsplit(request.headers.get("HX-Current-URL", ""))
    if to.path != here.path:
        return HttpResponse(status=204, headers={"HX-Redirect": answer.url})
    query = to.query or here.query
    return HttpResponseRedirect(f"{to.path}?{query}" if query else to.path)
