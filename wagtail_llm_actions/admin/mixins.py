"""Lists with many columns, which need a little style of their own."""

from __future__ import annotations

from typing import Any

from django.forms import Media


class StylesheetMixin:
    """Stands before a listing view of Wagtail's, whose template writes ``media``."""

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the package's style sheet."""
        context: dict[str, Any] = super().get_context_data(  # type: ignore[misc]
            *args, **kwargs
        )
        own = Media(css={"all": ["wagtail_llm_actions/css/admin.css"]})
        return context | {"media": context.get("media", Media()) + own}
