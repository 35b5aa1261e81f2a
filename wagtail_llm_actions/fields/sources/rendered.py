"""The page, or snippet, as visitors would see it: what Wagtail's preview shows of it.

It is rendered for nobody in particular, without cookies, so that a text cannot hold what the site shows
to some users only. All versions of Wagtail read it with the converter of rich text.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from wagtail.models import PreviewableMixin

from wagtail_llm_actions.fields.markup.markdown import to_markdown

if TYPE_CHECKING:
    from django.db import models

RENDERED = "@preview"
MAX_HTML_CHARS = 500_000
"""Parsing so much takes about a second."""
_AROUND = (
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
)
_KEPT = {"href", "alt", "src", "start", "colspan"}
_OK = 200

logger = logging.getLogger(__name__)


def can_be_rendered(model: type[models.Model]) -> bool:
    """Return whether Wagtail has a preview of the objects of a model."""
    return issubclass(model, PreviewableMixin)


def read_rendered(instance: Any) -> str:
    """Return the content of the preview as Markdown, without what the site has around all pages.

    Raises:
        LookupError: There is no preview, it fails, which is logged, or it is no HTML, or too much.
    """
    if not can_be_rendered(type(instance)) or not instance.is_previewable():
        raise LookupError(RENDERED)
    try:
        response = instance.make_preview_request(preview_mode=instance.default_preview_mode)
    except Exception as error:
        # Code of the site, which may expect an object that is saved, or a visitor.
        logger.exception("The preview of %s cannot be rendered", instance._meta.label)
        raise LookupError(RENDERED) from error
    is_html = response.get("Content-Type", "").startswith("text/html")
    if response.status_code != _OK or not is_html or response.streaming:
        raise LookupError(RENDERED)
    return content_of(response.content.decode(response.charset or "utf-8", "replace"))


def content_of(html: str) -> str:
    """Return the main part of an HTML document as Markdown.

    Raises:
        LookupError: It has too many characters or tags to be converted while somebody waits.
    """
    if len(html) > MAX_HTML_CHARS:
        raise LookupError(RENDERED)
    document = BeautifulSoup(html, "html.parser")
    content: Any = document.find("main") or document.body or document
    for element in content.find_all(_AROUND):
        if not _is_of_article(element):
            element.decompose()
    for element in content.find_all(name=True):
        element.attrs = {name: text for name, text in element.attrs.items() if name in _KEPT}
    return to_markdown(content.decode_contents())


def _is_of_article(element: Any) -> bool:
    """Return whether an element holds the heading of the content itself."""
    return element.name == "header" and bool(element.find("h1"))
