"""The tests' URLs, and the peer's way beside them."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import TemplateView
from wagtail.admin.auth import require_admin_access

from benchmarks.site import peer

EMPTY_ADMIN_PAGE = "empty_admin_page"

urlpatterns = [
    path(
        "admin/empty/",
        require_admin_access(TemplateView.as_view(template_name="wagtailadmin/base.html")),
        name=EMPTY_ADMIN_PAGE,
    ),
    path("peer/", peer.page, name="peer"),
    path("peer/generate/", peer.generate, name="peer_generate"),
    path("peer/generate.js", peer.script, name="peer_script"),
    path("", include("tests.urls")),
]
