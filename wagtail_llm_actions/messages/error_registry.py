"""Everything about each error that people read: one entry for each code and reason.

A new error needs a class in ``errors.py``, with its code and retry rules, and an entry here; a test
compares the two. ``messages.errors`` looks entries up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    CircuitOpen,
    ContentFiltered,
    InvalidInput,
    InvalidOutput,
    LimitExceeded,
    LLMActionsError,
    ModelUnavailable,
    PermissionDeniedError,
    PermissionRevoked,
    ProviderTimeout,
    QueueUnavailable,
    RateLimited,
    RequestRejected,
    RunInterrupted,
)
from wagtail_llm_actions.messages.circuit_breaker import circuit_open_sentence
from wagtail_llm_actions.messages.error_sentences import (
    quota_exhausted_sentence,
    rate_limited_sentence,
    timeout_sentence,
)
from wagtail_llm_actions.messages.limits import limit_sentence
from wagtail_llm_actions.providers.base import ProviderNotInstalled

if TYPE_CHECKING:
    from django.utils.functional import Promise

Sentence = Callable[[Any, str], str]
"""Takes the context of the error and the key of the model."""
RETRYING = _("Trying again in %(seconds)d s (%(number)d of %(of)d)")


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorEntry:
    """What people read about one error; its retry rules are on the class."""

    error: type[LLMActionsError]
    """Has the code, and whether, how often and with which model the call is tried again."""
    reason: str = ""
    """The case; empty for the rest of the code."""
    sentence: Promise | Sentence
    """For the editor: what happened, and what to do next. May use ``model`` and ``field``."""
    troubleshooting: Promise
    """For the admin: what to check, and which setting it is. The names that it may use are in
    ``messages.errors.troubleshooting``."""
    form_field: str = ""
    """The field of the action's form that most likely causes the error."""
    retrying: Promise = RETRYING
    """For the editor, while the run waits for its next attempt."""


REGISTRY = (
    ErrorEntry(
        error=ProviderTimeout,
        sentence=timeout_sentence,
        troubleshooting=_(
            "No first token came within %(first_token)g s (FIRST_TOKEN_TIMEOUT), or no end within "
            "%(run)g s (RUN_TIMEOUT). Check the model's status under Settings → LLM → Models, choose "
            "a smaller model or reduce max tokens. A local model that is loaded anew for each run "
            "needs a longer keep_alive. %(fallback)s"
        ),
        form_field="model",
        retrying=_("No answer yet, trying again in %(seconds)d s (%(number)d of %(of)d)"),
    ),
    ErrorEntry(
        error=RateLimited,
        sentence=rate_limited_sentence,
        troubleshooting=_(
            "The provider “%(provider)s” is overloaded, or limits how often this account may call "
            "it. Look at the account's rate limits, spread the runs, or give the action a fallback "
            "model, such as a local one. %(fallback)s"
        ),
        form_field="model",
        retrying=_("Busy, trying again in %(seconds)d s (%(number)d of %(of)d)"),
    ),
    ErrorEntry(
        error=RateLimited,
        reason=RateLimited.Reason.QUOTA_EXHAUSTED,
        sentence=quota_exhausted_sentence,
        troubleshooting=_(
            "The account at the provider “%(provider)s” has used up its quota or its credit. Look at "
            "the account's balance and spending limit, or give the action a fallback model, such as a "
            "local one. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=ModelUnavailable,
        sentence=_(
            "%(model)s is not available. Try again later, or ask your admin to check its status."
        ),
        troubleshooting=_(
            "Check the model “%(model)s” under Settings → LLM → Models: is the server running, is "
            "BASE_URL of the provider “%(provider)s” right, does the model exist there and is it "
            "pulled? %(fallback)s"
        ),
        form_field="model",
        retrying=_("Not reachable, trying again in %(seconds)d s (%(number)d of %(of)d)"),
    ),
    ErrorEntry(
        error=ProviderNotInstalled,
        reason=ProviderNotInstalled.Reason.NOT_INSTALLED,
        sentence=_("%(model)s is not set up. Ask your admin to install what it needs."),
        troubleshooting=_(
            "The Python package that calls the provider “%(provider)s” is not installed for the "
            "worker. The message above names the command that installs it; then restart the worker. "
            "%(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=CircuitOpen,
        reason=CircuitOpen.Reason.CIRCUIT_OPEN,
        sentence=circuit_open_sentence,
        troubleshooting=_(
            "The model “%(model)s” was not asked, because its last calls had all failed; the "
            "provider's message, above, is that of the last one. Find the cause in the runs that "
            "failed before this one. Settings → LLM → Models shows when the model is tried again, and "
            "lets you try it at once. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=AuthenticationFailed,
        sentence=_("%(model)s is not set up. Ask your admin to check its key."),
        troubleshooting=_(
            "Check API_KEY of the provider “%(provider)s” in PROVIDERS, or its environment variable, "
            "and that the account may use this model. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=ContentFiltered,
        sentence=_(
            "%(model)s refused to write this text because of its content rules. Change the source "
            "text, then try again."
        ),
        troubleshooting=_(
            "The provider's content rules stopped the prompt or the answer. Try the template with "
            "another text; another model may have other rules."
        ),
    ),
    ErrorEntry(
        error=InvalidOutput,
        sentence=_("%(model)s answered without a usable text. Try again."),
        troubleshooting=_(
            "The model answered without visible text, or not in its protocol. Try more max tokens; "
            "for a compatible server, check that BASE_URL leads to the API."
        ),
        form_field="max_tokens",
    ),
    ErrorEntry(
        error=InvalidOutput,
        reason=InvalidOutput.Reason.ONLY_REASONING,
        sentence=_(
            "%(model)s used up its tokens for reasoning, so no text was left. Ask your admin for "
            "more max tokens or another model."
        ),
        troubleshooting=_(
            "All output tokens of the model “%(model)s” went into reasoning. Try more max tokens, raise "
            "its REASONING_TOKENS in MODELS, or choose a lower REASONING_EFFORT."
        ),
        form_field="max_tokens",
    ),
    ErrorEntry(
        error=RequestRejected,
        sentence=_(
            "%(model)s did not accept the request. Check the content of the source field, or ask "
            "your admin to check this action."
        ),
        troubleshooting=_(
            "The provider did not accept the request. Its message, above, says why: often the prompt "
            "is longer than the model's context, or a parameter is unknown."
        ),
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.EMPTY_SOURCE,
        sentence=_("“%(field)s” is empty. Write something there first, then try again."),
        troubleshooting=_(
            "The source field had no text. If it is empty on most pages, choose another source field "
            "in the action."
        ),
        form_field="test_input",
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.NOT_EMPTY,
        sentence=_("“%(field)s” has a text already. This action only writes into an empty field."),
        troubleshooting=_(
            "The action only writes into an empty field, and the destination field had a text. "
            "Change this in the action, if editors should replace texts."
        ),
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.UNREADABLE_SOURCE,
        sentence=_("“%(field)s” cannot be read as text. Ask your admin to check this action."),
        troubleshooting=_(
            "The source field of the action no longer exists, or holds no text. Choose another one in "
            "the action."
        ),
        form_field="source",
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.TEMPLATE,
        sentence=_("The prompt template of this action has an error. Ask your admin to check it."),
        troubleshooting=_(
            "The prompt template could not be rendered for this page. Open it and use its preview."
        ),
        form_field="prompt_template",
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.TOO_LONG,
        sentence=_("The text is too long for this action. Shorten it, then try again."),
        troubleshooting=_(
            "The prompt has more than %(chars)d characters (MAX_PROMPT_CHARS), or more than the "
            "model's context holds. Choose a shorter source field, or a model with a larger context."
        ),
        form_field="test_input",
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.UNKNOWN_MODEL,
        sentence=_("The model of this action is not set up. Ask your admin to choose another one."),
        troubleshooting=_(
            "The model “%(model)s” is no longer in MODELS. Choose another one in the action, or add "
            "it to the settings again."
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=LimitExceeded,
        sentence=lambda context, _model_key: limit_sentence(context),
        troubleshooting=_(
            "One of the site's own limits stopped the run, and no model was called. If people often "
            "need more runs than this, raise %(limit)s in LIMITS; otherwise find out why this user's "
            "other runs take so long."
        ),
    ),
    ErrorEntry(
        error=QueueUnavailable,
        sentence=_(
            "The queue for LLM runs cannot be reached. Try again later, or tell your admin; nothing "
            "was sent."
        ),
        troubleshooting=_(
            "The queue server did not answer. Check that it is running and that RQ_QUEUES leads to it."
        ),
    ),
    ErrorEntry(
        error=RunInterrupted,
        sentence=_("The run was interrupted before it ended. Try again."),
        troubleshooting=_(
            "The worker stopped in the middle of the run: it was restarted, killed, or lost its "
            "connection. Look at its log for the time when the run ended."
        ),
    ),
    ErrorEntry(
        error=PermissionDeniedError,
        sentence=_("You are not allowed to do this here."),
        troubleshooting=_(
            "The user may not edit this page or snippet, or the action is not offered there. Check "
            "the permissions of the user's groups."
        ),
    ),
    ErrorEntry(
        error=PermissionRevoked,
        reason=PermissionRevoked.Reason.REVOKED,
        sentence=_("You are not allowed to edit this any more. The text is kept in the history."),
        troubleshooting=_(
            "The user lost the permission to edit this page or snippet after the run had started. "
            "Check the permissions of the user's groups."
        ),
    ),
    ErrorEntry(
        error=LLMActionsError,
        sentence=_("Something went wrong on the server. Try again, or tell your admin."),
        troubleshooting=_(
            "This is a defect of the program. The log of the worker has the details: please report "
            "it, with the report below."
        ),
    ),
)
