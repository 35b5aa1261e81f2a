"""What admins read on the page of a failed run: what to check, and which setting it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import CircuitOpen, ErrorCode, InvalidInput

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from wagtail_llm_actions.models import LLMRun


def advice(run: LLMRun) -> str:
    """Return what to do about a failed run; empty for any other."""
    if not run.error_code:
        return ""
    settings = get_settings()
    key = run.error_context.get("reason") or run.error_code
    return str(_ADVICE.get(key, _ADVICE[ErrorCode.INTERNAL])) % {
        "model": run.current_model_key,
        "provider": run.provider_name or "-",
        "first_token": settings.first_token_timeout_seconds,
        "run": settings.run_timeout_seconds,
        "limit": str(run.error_context.get("limit", "")).upper(),
        "chars": settings.max_prompt_chars,
        "fallback": _("The fallback model was asked too.") if run.used_fallback else "",
    }


_ADVICE: dict[str, Promise] = {
    ErrorCode.TIMEOUT: _lazy(
        "No first token came within %(first_token)g s (FIRST_TOKEN_TIMEOUT), or no end within "
        "%(run)g s (RUN_TIMEOUT). Check the model's status under Settings → LLM → Models, choose a "
        "smaller model or reduce max tokens. A local model that is loaded anew for each run needs a "
        "longer keep_alive. %(fallback)s"
    ),
    ErrorCode.RATE_LIMITED: _lazy(
        "The provider “%(provider)s” limits how much this account may ask, or is overloaded. Look "
        "at the account's limits and balance, spread the runs, or give the action a fallback model, "
        "such as a local one. %(fallback)s"
    ),
    ErrorCode.MODEL_UNAVAILABLE: _lazy(
        "Check the model “%(model)s” under Settings → LLM → Models: is the server running, is "
        "BASE_URL of the provider “%(provider)s” right, does the model exist there and is it "
        "pulled? %(fallback)s"
    ),
    CircuitOpen.REASON: _lazy(
        "The model “%(model)s” was not asked, because its last calls had all failed; the provider's "
        "words, above, are those of the last one. Find the cause in the runs that failed before this "
        "one. Under Settings → LLM → Models you see when it is tried again, and can ask it at once. "
        "%(fallback)s"
    ),
    ErrorCode.AUTHENTICATION: _lazy(
        "Check API_KEY of the provider “%(provider)s” in PROVIDERS, or its environment variable, "
        "and that the account may use this model. %(fallback)s"
    ),
    ErrorCode.CONTENT_FILTERED: _lazy(
        "The provider's content rules refused the prompt or the answer. Try the template with "
        "another text; another model may have other rules."
    ),
    ErrorCode.INVALID_OUTPUT: _lazy(
        "The model answered without visible text, or not in its protocol. Try more max tokens; for a "
        "compatible server, check that BASE_URL leads to the API."
    ),
    ErrorCode.INVALID_INPUT: _lazy(
        "The provider refused the request. Its own words, above, say what it does not take: often a "
        "prompt that is longer than the model's context, or a parameter."
    ),
    InvalidInput.EMPTY_SOURCE: _lazy(
        "The source field had no text. If it is empty on most pages, choose another source field in "
        "the action."
    ),
    InvalidInput.UNREADABLE_SOURCE: _lazy(
        "The source field of the action is gone, or holds no text. Choose another one in the action."
    ),
    InvalidInput.TEMPLATE: _lazy(
        "The prompt template could not be rendered for this page. Open it and use its preview."
    ),
    InvalidInput.TOO_LONG: _lazy(
        "The prompt has more than %(chars)d characters (MAX_PROMPT_CHARS), or more than the model's "
        "context holds. Choose a shorter source field, or a model with a larger context."
    ),
    InvalidInput.UNKNOWN_MODEL: _lazy(
        "The model “%(model)s” is not in MODELS any more. Choose another one in the action, or add it "
        "to the settings again."
    ),
    ErrorCode.LIMIT_REACHED: _lazy(
        "A limit of your own refused the run, and no model was called. If people work like this every "
        "day, raise %(limit)s in LIMITS; otherwise look at what this user's other runs wait for."
    ),
    ErrorCode.QUEUE_UNAVAILABLE: _lazy(
        "The queue server did not answer. Check that it runs and that RQ_QUEUES leads to it."
    ),
    ErrorCode.INTERRUPTED: _lazy(
        "The worker stopped in the middle of the run: it was restarted, killed, or lost its "
        "connection. Look at its log for the time when the run ended."
    ),
    ErrorCode.INTERNAL: _lazy(
        "This is a defect of the program. The log of the worker has the details: please report it, "
        "with the report below."
    ),
}
