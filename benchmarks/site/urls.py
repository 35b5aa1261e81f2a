"""The tests' URLs, and the peer's way beside them."""

from __future__ import annotations

from django.urls import include, path

from benchmarks.site import peer

urlpatterns = [
    path("peer/", peer.page, name="peer"),
    path("peer/generate/", peer.generate, name="peer_generate"),
    path("peer/generate.js", peer.script, name="peer_script"),
    path("", include("tests.urls")),
]
