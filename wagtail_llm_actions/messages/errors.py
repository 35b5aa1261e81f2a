"""What people read about an error, looked up in the registry by its code and reason."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.messages.error_registry import REGISTRY
from wagtail_llm_actions.messages.labels import model_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wagtail_llm_actions.errors import LLMActionsError
    from wagtail_llm_actions.messages.error_entry import ErrorEntry
    from wagtail_llm_actions.models import LLMRun

_ENTRIES = {entry.key: entry for entry in REGISTRY}


def entry_for(code: str, reason: str = "") -> ErrorEntry:
    """Return the entry of an error code and one of its reasons.

    A row may hold a code or a reason that another version of the package wrote: an unknown reason
    gets the entry of its code, an unknown code the one of an internal error.
    """
    return (
        _ENTRIES.get((code, reason))
        or _ENTRIES.get((code, ""))
        or _ENTRIES[ErrorCode.INTERNAL.value, ""]
    )


def error_title(code: str) -> str:
    """Return the short name of an error code; one that another version of the package wrote, as it is."""
    if code == ErrorCode.CANCELLED:
        return _("Cancelled")
    entry = _ENTRIES.get((code, ""))
    return str(entry.title) if entry else code


def error_choices() -> list[tuple[str, str]]:
    """Return all error codes with their short names, for a filter."""
    return [(code.value, error_title(code)) for code in ErrorCode]


def error_sentence(run: LLMRun) -> str:
    """Return what happened to a failed run and what the editor can do; empty without an error."""
    if not run.error_code:
        return ""
    return _sentence(_entry_of(run), run.error_context, run.current_model_key)


def sentence_for(error: LLMActionsError) -> str:
    """Return the same for an error that no run stores, such as a limit that is reached again."""
    context = error.context()
    return _sentence(entry_for(error.code, context.get("reason", "")), context, "")


def sentence_of(code: str, reason: str, model_key: str) -> str:
    """Return the same for the error of one call, of which no values are needed."""
    return _sentence(entry_for(code, reason), {}, model_key)


def troubleshooting(run: LLMRun) -> str:
    """Return what an admin should check after a failed run; empty without an error."""
    if not run.error_code:
        return ""
    return _troubleshooting(
        _entry_of(run),
        model=run.current_model_key,
        provider=run.provider_name,
        limit=str(run.error_context.get("limit", "")).upper(),
        fallback=_("The fallback model was asked too.") if run.used_fallback else "",
    )


def troubleshooting_of(code: str, reason: str, model_key: str) -> str:
    """Return the same for the error of one call with a model."""
    model = get_settings().models.get(model_key)
    provider = model.provider if model else ""
    return _troubleshooting(entry_for(code, reason), model=model_key, provider=provider)


def form_field(run: LLMRun) -> str:
    """Return the field of the action's form that most likely causes the error; empty if unknown."""
    return _entry_of(run).form_field


def retry_message(run: LLMRun, codes: Sequence[str]) -> str:
    """Return what to tell the editor while a run waits for its next attempt.

    Args:
        run: Its ``retry_at`` is set.
        codes: The error codes of its attempts with the current model, oldest first.
    """
    entry = entry_for(codes[-1] if codes else "")
    left = (run.retry_at - timezone.now()).total_seconds() if run.retry_at else 0
    return str(entry.retrying) % {
        "seconds": max(0, math.ceil(left)),
        "number": len(codes) + 1,
        "of": entry.error.max_attempts,
    }


def _troubleshooting(
    entry: ErrorEntry, *, model: str, provider: str, limit: str = "", fallback: str = ""
) -> str:
    settings = get_settings()
    message = str(entry.troubleshooting) % {
        "model": model,
        "provider": provider or "-",
        "first_token": settings.first_token_timeout_seconds,
        "run": settings.run_timeout_seconds,
        "limit": limit,
        "chars": settings.max_prompt_chars,
        "fallback": fallback,
    }
    return message.strip()


def _entry_of(run: LLMRun) -> ErrorEntry:
    return entry_for(run.error_code, run.error_context.get("reason", ""))


def _sentence(entry: ErrorEntry, context: Mapping[str, Any], model_key: str) -> str:
    if not isinstance(entry.sentence, Promise):
        return entry.sentence(context, model_key)
    return str(entry.sentence) % {
        "model": model_label(model_key),
        "field": context.get("detail", ""),
    }
