from django.urls import include, path

from tocsin.ui import views

urlpatterns = [path("ui/", include("tocsin.ui.urls"))]
handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
