"""Where the package's scripts are served.

The modules import each other by relative URLs, which ``ManifestStaticFilesStorage`` does not rewrite
by default. The folder therefore carries the version of the package, so that no browser combines a
module of this release with one that it has cached from another.
"""

from __future__ import annotations

from wagtail_llm_actions import __version__


def script_path(name: str) -> str:
    """Return the path of a script below ``STATIC_URL``; ``name`` is relative to the folder."""
    return f"wagtail_llm_actions/js/{__version__}/{name}"
