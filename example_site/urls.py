"""URLs of the example site."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


def superusers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask for a login first, and refuse whoever is no superuser."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(guarded, login_url="wagtailadmin_login")


urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("llm/actions", RedirectView.as_view(pattern_name="wagtail_llm_actions_actions:list")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]

if apps.is_installed("django_rq"):
    from django_rq.urls import get_admin_urlpatterns, get_api_urlpatterns

    queues = [*get_api_urlpatterns(), *get_admin_urlpatterns(view_wrapper=superusers_only)]
    urlpatterns += [
        path("django-rq/", include((queues, "django_rq"))),
        # The dashboard's templates link to Django's own admin.
        path("django-admin/", admin.site.urls),
    ]

urlpatterns += i18n_patterns(path("", include(wagtail_urls)), prefix_default_language=False)
