"""Sentences about what of a text does not fit its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from wagtail_llm_actions.fields.contract import FaultKind

if TYPE_CHECKING:
    from wagtail_llm_actions.fields.contract import Fault


def fault_sentence(fault: Fault) -> str:
    """Return what does not fit, in the active language."""
    if fault.kind == FaultKind.TOO_LONG:
        return _("The text has %(count)d characters, and the field takes at most %(limit)d.") % {
            "count": fault.count,
            "limit": fault.limit,
        }
    return fault.detail
