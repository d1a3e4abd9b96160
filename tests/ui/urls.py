"""The gallery, the error screens and a page whose live stream the tests hold in their hands."""

from django.urls import include, path

from tests.ui import live_page

urlpatterns = [
    path("ui/", include("tocsin.ui.urls")),
    path("live-page", live_page.page),
    path("live-page/counter", live_page.counter),
    path("live/stream", live_page.stream),
    path("control/<str:what>", live_page.control),
]
handler400 = "tocsin.ui.views.bad_request"
handler403 = "tocsin.ui.views.forbidden"
handler404 = "tocsin.ui.views.not_found"
handler500 = "tocsin.ui.views.server_error"
