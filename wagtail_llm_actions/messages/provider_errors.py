"""The part of the registry for errors of providers."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.errors import (
    AccountDisabled,
    AuthenticationFailed,
    BudgetExceeded,
    CircuitOpen,
    ContentFiltered,
    ContextExceeded,
    DailyLimitReached,
    InvalidOutput,
    ModelForbidden,
    ModelNotFound,
    ModelUnavailable,
    NothingToChange,
    OnlyReasoning,
    OutOfCredit,
    Overloaded,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    RegionNotSupported,
    RequestRejected,
)
from wagtail_llm_actions.messages.error_entry import ErrorEntry
from wagtail_llm_actions.messages.error_sentences import (
    account_sentence,
    circuit_open_sentence,
    rate_limited_sentence,
    timeout_sentence,
)
from wagtail_llm_actions.providers.base import ProviderNotInstalled

PROVIDER_ERRORS = (
    ErrorEntry(
        error=ProviderTimeout,
        title=_("Took too long"),
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
        title=_("Limited by the provider"),
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
        error=Overloaded,
        sentence=_("%(model)s has too many requests at the moment. Wait a little, then try again."),
        troubleshooting=_(
            "The servers of the provider “%(provider)s” are overloaded; nothing is wrong with the "
            "account. Wait, or give the action a fallback model of another provider. %(fallback)s"
        ),
        form_field="model",
        retrying=_("Busy, trying again in %(seconds)d s (%(number)d of %(of)d)"),
    ),
    ErrorEntry(
        error=QuotaExhausted,
        sentence=partial(
            account_sentence,
            _(
                "The account that pays for %(model)s has reached its limit. Tell your admin; waiting "
                "does not help."
            ),
        ),
        troubleshooting=_(
            "The account at the provider “%(provider)s”, or its key, has used up its quota or reached "
            "its spending limit. Raise the limit there, or give the action a fallback model of another "
            "provider, such as a local one. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=OutOfCredit,
        sentence=partial(
            account_sentence,
            _(
                "The account that pays for %(model)s has no credit left. Tell your admin; waiting does "
                "not help."
            ),
        ),
        troubleshooting=_(
            "The account at the provider “%(provider)s” has no credit left, or an unpaid bill. Add "
            "credit there, and check that the key belongs to the account that you pay for. A fallback "
            "model of another provider keeps the action usable. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=BudgetExceeded,
        sentence=partial(
            account_sentence,
            _(
                "The budget for %(model)s is used up. Tell your admin; waiting does not help before "
                "it is renewed."
            ),
        ),
        troubleshooting=_(
            "The proxy behind the provider “%(provider)s” has a budget for this key, team or model, "
            "and it is spent; the vendor itself was not asked. Raise or reset the budget in the "
            "proxy's own settings. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=DailyLimitReached,
        sentence=partial(
            account_sentence,
            _(
                "The account for %(model)s has used up its requests for today. Try again tomorrow, or "
                "tell your admin."
            ),
        ),
        troubleshooting=_(
            "The account at the provider “%(provider)s” may make only so many requests, or use so "
            "many tokens, in a day; free plans are limited most. Change the plan, or give the action a "
            "fallback model of another provider. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=ModelUnavailable,
        title=_("Model not available"),
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
        sentence=_("%(model)s is not set up. Ask your admin to install what it needs."),
        troubleshooting=_(
            "The Python package that calls the provider “%(provider)s” is not installed for the "
            "worker. The error message names the command that installs it; then restart the worker. "
            "%(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=ModelNotFound,
        sentence=_(
            "%(model)s does not exist at its provider. Ask your admin to choose another model."
        ),
        troubleshooting=_(
            "The server of the provider “%(provider)s” does not know the model, or there is no API at "
            "this address. Check NAME of the model “%(model)s” in MODELS (on Azure, the deployment's "
            "name), whether the account has the model or it is pulled, and BASE_URL. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=CircuitOpen,
        sentence=circuit_open_sentence,
        troubleshooting=_(
            "The model “%(model)s” was not asked, because its last calls had all failed. Find the "
            "cause in the runs that failed before this one. Settings → LLM → Models shows when the model is tried again, and "
            "lets you try it at once. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=AuthenticationFailed,
        title=_("Key or account not accepted"),
        sentence=_("%(model)s is not set up. Ask your admin to check its key."),
        troubleshooting=_(
            "Check API_KEY of the provider “%(provider)s” in PROVIDERS, or its environment variable, "
            "and that the account may use this model. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=ModelForbidden,
        sentence=_(
            "The site's account may not use %(model)s. Ask your admin to choose another model."
        ),
        troubleshooting=_(
            "The key of the provider “%(provider)s” is accepted, but may not use the model “%(model)s”. "
            "Look at the key's and the project's permissions, at the account's plan, and whether the "
            "vendor wants access to be requested. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=AccountDisabled,
        sentence=_(
            "The account for %(model)s is disabled or not verified. Tell your admin; waiting does not "
            "help."
        ),
        troubleshooting=_(
            "The provider “%(provider)s” has disabled the account or put it on hold, or wants the "
            "organisation to be verified. Its message says which. Sign in there, or ask the "
            "provider's support. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=RegionNotSupported,
        sentence=_(
            "%(model)s is not offered in the country of this site's server. Ask your admin to choose "
            "another model."
        ),
        troubleshooting=_(
            "The provider “%(provider)s” accepts no calls from the country or region of this server, or "
            "does not offer the model there. Choose another provider, or one of its regional "
            "addresses as BASE_URL. %(fallback)s"
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=ContentFiltered,
        title=_("Stopped by content rules"),
        sentence=_(
            "%(model)s refused to write this text because of its content rules. Change the source "
            "text, then try again."
        ),
        troubleshooting=_(
            "The provider's content rules stopped the prompt or the answer. Try the template with "
            "another text. The fallback model was not asked, because a text that one provider refused "
            "is not sent to another one; another model may have other rules."
        ),
    ),
    ErrorEntry(
        error=InvalidOutput,
        title=_("No usable text"),
        sentence=_("%(model)s answered without a usable text. Try again."),
        troubleshooting=_(
            "The model answered without visible text, or not in its protocol. Try more max tokens; "
            "for a compatible server, check that BASE_URL leads to the API."
        ),
        form_field="max_tokens",
    ),
    ErrorEntry(
        error=OnlyReasoning,
        sentence=_(
            "%(model)s used up its tokens for reasoning, so no text was left. Ask your admin for "
            "more max tokens or another model."
        ),
        troubleshooting=_(
            "All output tokens of the model “%(model)s” went into reasoning. Try more max tokens, raise "
            "its REASONING_TOKENS in MODELS, or choose a lower REASONING_EFFORT. %(fallback)s"
        ),
        form_field="max_tokens",
    ),
    ErrorEntry(
        error=NothingToChange,
        title=_("Nothing to change"),
        sentence=_("%(model)s found nothing to change."),
        troubleshooting=_(
            "The model said that the text is right as it stands, instead of writing it. Look at its "
            "words in the raw answer. If that is wrong, choose another model, or say in the template that "
            "the whole text is wanted in any case."
        ),
    ),
    ErrorEntry(
        error=RequestRejected,
        title=_("Input or request not accepted"),
        sentence=_(
            "%(model)s did not accept the request. Check the content of the source field, or ask "
            "your admin to check this action."
        ),
        troubleshooting=_(
            "The provider did not accept the request. Its message says why: often a parameter "
            "is unknown to the server, or its value is out of range. Test the action with a sample "
            "input to tell its settings from the content of the page."
        ),
    ),
    ErrorEntry(
        error=ContextExceeded,
        sentence=_(
            "The text is longer than %(model)s can take at once. Shorten it, or ask your admin for a "
            "model with a larger context."
        ),
        troubleshooting=_(
            "The prompt and max tokens together are more than the model “%(model)s”, or the plan of "
            "its account, takes in one request. Choose a shorter source field, fewer max tokens, or a "
            "model with a larger context; for a local model, raise the context that the server loads. "
            "%(fallback)s"
        ),
        form_field="test_input",
    ),
)
