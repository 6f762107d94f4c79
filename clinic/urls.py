"""The addresses of the whole site; English without a prefix, Spanish under /es/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from clinic import picture_views, views
from clinic.models import LegalPage

urlpatterns = [
    path("admin/desk/", include("booking.desk.urls")),
    path("admin/", admin.site.urls),
    path("styleguide/", include("booking.desk.styleguide")),
    path("robots.txt", views.robots, name="robots"),
    path("brand-<slug:version>.css", views.brand_sheet, name="brand-sheet"),
    path("brand-<slug:version>.svg", views.brand_icon, name="brand-icon"),
    path("pictures/<slug:language>.<slug:version>.png", picture_views.site, name="site-picture"),
    path("media/<path:name>", views.picture, name="picture"),
    path("", include("booking.urls_machines")),
    path("", include("content.urls_machines")),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("team/", views.team, name="team"),
        path("team/<slug:slug>/", views.practitioner, name="practitioner"),
        path("visit/", views.visit, name="visit"),
        *(path(f"{key}/", views.legal, {"key": key}, name=key) for key in LegalPage.Key.values),
        path("", include("content.urls")),
        path("", include("booking.urls")),
        prefix_default_language=False,
    ),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
