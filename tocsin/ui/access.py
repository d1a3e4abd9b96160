"""The door before every screen: whoever is not signed in is sent to sign in, or told so when it asks for a fragment."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a screen, which a sign-in screen must not be swapped into."""
    return request.headers.get("HX-Request") == "true"


def signed_in(view: View) -> View:
    """Let only people through who are signed in; afterwards they come back to where they wanted to go."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if is_fragment(request):
            return HttpResponse(status=401)
        return redirect_to_login(request.get_full_path())

    return guarded
