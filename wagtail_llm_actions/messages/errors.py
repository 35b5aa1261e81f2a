"""The sentences that editors read: what happened, and what they can do next."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from wagtail_llm_actions.catalog import catalog
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import CircuitOpen, ErrorCode, InvalidInput
from wagtail_llm_actions.generation import FinishReason
from wagtail_llm_actions.messages.limits import circuit_open_sentence, limit_sentence
from wagtail_llm_actions.runs.lifecycle.retry_policy import max_attempts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.utils.functional import Promise

    from wagtail_llm_actions.models import LLMRun


def model_label(key: str) -> str:
    """Return the name people know a model by; its key where it is not configured any more."""
    model = get_settings().models.get(key)
    return model.label if model else key


def error_sentence(run: LLMRun) -> str:
    """Return what to tell the editor of a failed run; empty for any other."""
    if not run.error_code:
        return ""
    return _SENTENCES.get(run.error_code, _internal)(run)


def notice(run: LLMRun) -> str:
    """Return what to tell the editor of a text that came, but not as wished; mostly empty."""
    if run.status != run.Status.SUCCEEDED:
        return ""
    sentences = []
    if run.used_fallback:
        message = _("%(model)s could not answer, so %(fallback)s wrote this text.")
        fallback = model_label(run.fallback_model_key)
        sentences.append(message % {"model": model_label(run.model_key), "fallback": fallback})
    if run.cut_chars:
        message = ngettext(
            "The source text was too long for %(model)s: its last character was left out.",
            "The source text was too long for %(model)s: its last %(count)s characters were left out.",
            run.cut_chars,
        )
        model, count = (
            model_label(run.current_model_key),
            number_format(run.cut_chars, force_grouping=True),
        )
        sentences.append(message % {"model": model, "count": count})
    if run.finish_reason == FinishReason.LENGTH:
        message = _("The text was cut off at the limit of %(tokens)d tokens.")
        sentences.append(message % {"tokens": run.max_tokens})
    return " ".join(sentences)


def finish_reason_label(run: LLMRun) -> str:
    """Say how a text ended; empty where the provider has not told."""
    return str(_FINISH.get(run.finish_reason, run.finish_reason))


def waiting_sentence(run: LLMRun, codes: Sequence[str]) -> str:
    """Return what to tell the editor of a run that is about to be tried again.

    Args:
        run: It has a ``retry_at``.
        codes: How its attempts with the current model have failed, in their order.
    """
    last = codes[-1] if codes else ""
    left = (run.retry_at - timezone.now()).total_seconds() if run.retry_at else 0
    message = _WAITING.get(last, _WAITING[ErrorCode.RATE_LIMITED])
    return str(message) % {
        "seconds": max(0, math.ceil(left)),
        "number": len(codes) + 1,
        "of": max_attempts(last),
    }


def _timeout(run: LLMRun) -> str:
    local = _local_model(run)
    if local:
        message = _(
            "%(model)s took too long. Try again; if it happens again, ask your admin for fewer max "
            "tokens or a smaller model, such as %(local)s."
        )
    else:
        message = _(
            "%(model)s took too long. Try again; if it happens again, ask your admin for a smaller "
            "model or fewer max tokens."
        )
    return message % {"model": model_label(run.current_model_key), "local": local}


def _rate_limited(run: LLMRun) -> str:
    model = model_label(run.current_model_key)
    seconds = run.error_context.get("retry_after_seconds")
    if run.error_context.get("is_used_up"):
        message = _(
            "The account that pays for %(model)s has reached its limit. Tell your admin; waiting "
            "does not help."
        ) % {"model": model}
    elif seconds:
        count = math.ceil(seconds)
        message = ngettext(
            "%(model)s is busy. Try again in %(count)d second.",
            "%(model)s is busy. Try again in %(count)d seconds.",
            count,
        ) % {"model": model, "count": count}
    else:
        message = _("%(model)s is busy. Wait a little, then try again.") % {"model": model}
    if local := _local_model(run):
        hint = _("If this happens often, ask your admin to let this action use %(local)s.")
        message = f"{message} {hint % {'local': local}}"
    return message


def _local_model(run: LLMRun) -> str:
    """Name a model of the site's own machines, which no other customer keeps busy."""
    settings = get_settings()
    local = [
        model
        for model in settings.models.values()
        if model.key != run.current_model_key
        and (provider := settings.providers.get(model.provider))
        and provider.is_local
    ]
    # What the site has named itself is more likely to be pulled than what is only offered.
    chosen = min(local, key=lambda model: model.key in catalog(), default=None)
    return str(chosen.label) if chosen else ""


def _invalid_input(run: LLMRun) -> str:
    message = _INVALID_INPUT.get(run.error_context.get("reason", ""), _REFUSED_REQUEST)
    return str(message) % {
        "field": run.error_context.get("detail", ""),
        "model": model_label(run.current_model_key),
    }


def _model_unavailable(run: LLMRun) -> str:
    model = model_label(run.current_model_key)
    if run.error_context.get("reason") == CircuitOpen.REASON:
        return circuit_open_sentence(model, run.error_context)
    return _(
        "%(model)s is not available. Try again later, or ask your admin to check its status."
    ) % {"model": model}


def _authentication(run: LLMRun) -> str:
    return _("%(model)s is not set up. Ask your admin to check its key.") % {
        "model": model_label(run.model_key)
    }


def _content_filtered(run: LLMRun) -> str:
    return _(
        "%(model)s refused to write this text because of its content rules. Change the source "
        "text, then try again."
    ) % {"model": model_label(run.current_model_key)}


def _invalid_output(run: LLMRun) -> str:
    if run.error_context.get("reasoning_tokens"):
        return _(
            "%(model)s used up its tokens for reasoning, so no text was left. Ask your admin for "
            "more max tokens or another model."
        ) % {"model": model_label(run.current_model_key)}
    return _("%(model)s answered without a usable text. Try again.") % {
        "model": model_label(run.model_key)
    }


def _limit_reached(run: LLMRun) -> str:
    return limit_sentence(run.error_context)


def _queue_unavailable(run: LLMRun) -> str:
    return _(
        "The queue for LLM runs cannot be reached. Try again later, or tell your admin; nothing "
        "was sent."
    )


def _interrupted(run: LLMRun) -> str:
    return _("The run was interrupted before it ended. Try again.")


def _internal(run: LLMRun) -> str:
    return _("Something went wrong on the server. Try again, or tell your admin.")


_REFUSED_REQUEST = _lazy(
    "%(model)s did not accept the request. Check the content of the source field, or ask your "
    "admin to check this action."
)
_INVALID_INPUT: dict[str, Promise] = {
    InvalidInput.EMPTY_SOURCE: _lazy(
        "“%(field)s” is empty. Write something there first, then try again."
    ),
    InvalidInput.NOT_EMPTY: _lazy(
        "“%(field)s” has a text already. This action only writes into an empty field."
    ),
    InvalidInput.UNREADABLE_SOURCE: _lazy(
        "“%(field)s” cannot be read as text. Ask your admin to check this action."
    ),
    InvalidInput.TEMPLATE: _lazy(
        "The prompt template of this action has an error. Ask your admin to check it."
    ),
    InvalidInput.TOO_LONG: _lazy(
        "The text is too long for this action. Shorten it, then try again."
    ),
    InvalidInput.UNKNOWN_MODEL: _lazy(
        "The model of this action is not set up. Ask your admin to choose another one."
    ),
}

_FINISH: dict[str, Promise] = {
    FinishReason.STOP: _lazy("complete"),
    FinishReason.LENGTH: _lazy("cut off at the token limit"),
    FinishReason.CONTENT_FILTER: _lazy("stopped by the provider's content rules"),
}

_WAITING: dict[str, Promise] = {
    ErrorCode.RATE_LIMITED: _lazy("Busy, trying again in %(seconds)d s (%(number)d of %(of)d)"),
    ErrorCode.MODEL_UNAVAILABLE: _lazy(
        "Not reachable, trying again in %(seconds)d s (%(number)d of %(of)d)"
    ),
    ErrorCode.TIMEOUT: _lazy("No answer yet, trying again in %(seconds)d s (%(number)d of %(of)d)"),
}

# By value: a row may hold a code of another version.
_SENTENCES: dict[str, Callable[[LLMRun], str]] = {
    ErrorCode.TIMEOUT: _timeout,
    ErrorCode.RATE_LIMITED: _rate_limited,
    ErrorCode.INVALID_INPUT: _invalid_input,
    ErrorCode.MODEL_UNAVAILABLE: _model_unavailable,
    ErrorCode.AUTHENTICATION: _authentication,
    ErrorCode.CONTENT_FILTERED: _content_filtered,
    ErrorCode.INVALID_OUTPUT: _invalid_output,
    ErrorCode.LIMIT_REACHED: _limit_reached,
    ErrorCode.QUEUE_UNAVAILABLE: _queue_unavailable,
    ErrorCode.INTERRUPTED: _interrupted,
    ErrorCode.INTERNAL: _internal,
}
