"""The languages that an action can ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.answers.checks.language import LANGUAGES

if TYPE_CHECKING:
    from django.utils.functional import Promise

LANGUAGE_OF_PAGE = "page"


def language_choices() -> list[tuple[str, str | Promise]]:
    """Return the choices of an action: that of the page, and those that can be told by a text."""
    known = sorted((language_label(code), code) for code in (*LANGUAGES, "zh-hant"))
    page = (LANGUAGE_OF_PAGE, _("The language of the page or snippet"))
    return [page, *((code, label) for label, code in known)]


def language_label(code: str) -> str:
    """Return the name of a language in the active one; the code where it has none."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
