"""Settings → LLM → Models: the configured models, their status, price and use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_llm_actions.admin.links import counted_runs_url
from wagtail_llm_actions.admin.mixins import BreadcrumbsMixin
from wagtail_llm_actions.admin.models.help_text import model_help_text
from wagtail_llm_actions.conf import context_limit, get_settings
from wagtail_llm_actions.conf.providers import environment_variables
from wagtail_llm_actions.configuration.model_health import CheckResult, check_models, last_checks
from wagtail_llm_actions.configuration.more_models import MoreModel, more_models
from wagtail_llm_actions.errors import LimitExceeded
from wagtail_llm_actions.messages.currency import price_sentence, source_label, usd
from wagtail_llm_actions.messages.errors import sentence_for
from wagtail_llm_actions.messages.model_state import circuit_breaker_status, status_sentence
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.permissions.policies import (
    ACTION_POLICY,
    MANAGE_MODELS_PERMISSIONS,
    VIEW_MODELS_PERMISSIONS,
    can_view_runs,
)
from wagtail_llm_actions.providers.corrections.correction import setting_of
from wagtail_llm_actions.reporting.period import Period
from wagtail_llm_actions.reporting.usage import Usage
from wagtail_llm_actions.runs.findings import ToldFinding, told_findings
from wagtail_llm_actions.runs.lifecycle.circuit_breaker import open_circuit_breakers, reset
from wagtail_llm_actions.runs.rate_limits import check_requests
from wagtail_llm_actions.spending.prices import current_price

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.models import LLMCircuitBreaker
    from wagtail_llm_actions.pricing import Price

SHOWN_DAYS = 30
CHECKS_PER_MINUTE = 10
"""Each calls the providers, and keeps a thread of the web process for up to ten seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A model, formatted for display."""

    key: str
    label: str
    provider: str = ""
    name: str = ""
    description: str = ""
    refused: str = ""
    """The parameters that the server has refused."""
    setting: str = ""
    """What makes their corrections permanent."""
    begins_in_reasoning: bool = False
    """Whether an answer began with reasoning that nothing marked."""
    accepts: str = ""
    price: Price | None = None
    context: str = ""
    actions: int
    runs: int
    runs_url: str
    is_missing: bool = False
    """Whether actions or runs name a model that is not configured."""
    status: str = ""
    is_ok: bool | None = False
    """The result of the last check; ``None`` if the provider cannot be checked."""
    checked_at: Any = None
    circuit_breaker: str = ""
    """The state of an open circuit breaker; empty if it is closed."""
    failed_runs_url: str = ""
    """Of the runs that tell why a circuit breaker is open."""

    @property
    def input_price(self) -> str:
        """US dollars per million input tokens."""
        return usd(self.price.listed.input if self.price else None)

    @property
    def output_price(self) -> str:
        """US dollars per million output tokens."""
        return usd(self.price.listed.output if self.price else None)

    @property
    def requests_price(self) -> str:
        """US dollars per thousand requests; empty where these cost nothing by themselves."""
        requests = self.price.listed.requests if self.price else None
        return usd(requests) if requests else ""

    @property
    def price_source(self) -> str:
        """Where the price comes from; empty where it is unknown."""
        return source_label(self.price.source) if self.price else ""


class ModelsView(BreadcrumbsMixin, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """The list of models."""

    permission_policy = ACTION_POLICY
    any_permission_required = VIEW_MODELS_PERMISSIONS
    template_name = "wagtail_llm_actions/models/models.html"
    page_title = _lazy("LLM models")
    header_icon = "llm-actions-generate"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the models."""
        can_manage = ACTION_POLICY.user_has_any_permission(
            self.request.user, MANAGE_MODELS_PERMISSIONS
        )
        return super().get_context_data(
            **kwargs,
            rows=_rows(),
            can_manage=can_manage,
            more_models=[
                (vendor, [(more, _about(more)) for more in vendor.models])
                for vendor in more_models()
            ],
            can_view_runs=can_view_runs(self.request.user),
            variables=get_text_list(environment_variables(), _("or")),
        )


class CheckModelsView(PermissionCheckedMixin, View):
    """Check one model, or all of them, and redirect to the list."""

    permission_policy = ACTION_POLICY
    any_permission_required = VIEW_MODELS_PERMISSIONS
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseRedirect:
        """Check, and add a message; the list shows the details."""
        try:
            check_requests(request.user, "models", CHECKS_PER_MINUTE)
        except LimitExceeded as error:
            messages.warning(request, sentence_for(error))
            return HttpResponseRedirect(reverse("wagtail_llm_actions:models"))
        models = get_settings().models
        chosen = request.POST.get("model")
        checked = check_models(models if chosen is None else [chosen])
        if failed := [key for key, check in checked.items() if check.status.ok is False]:
            labels = ", ".join(str(models[key].label) for key in failed)
            messages.warning(request, _("Not available: %(models)s") % {"models": labels})
        elif count := sum(check.status.ok is True for check in checked.values()):
            message = ngettext(
                "%(count)d model is available.", "%(count)d models are available.", count
            )
            messages.success(request, message % {"count": count})
        elif checked:
            messages.info(request, _("This provider does not support checks."))
        return HttpResponseRedirect(reverse("wagtail_llm_actions:models"))


class RetryNowView(PermissionCheckedMixin, View):
    """Close the circuit breaker of a model, and redirect to the list."""

    permission_policy = ACTION_POLICY
    any_permission_required = MANAGE_MODELS_PERMISSIONS
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseRedirect:
        """Close it; a model that is not configured has none."""
        model = get_settings().models.get(request.POST.get("model", ""))
        if model is not None:
            reset(model)
            message = _("The next run calls %(model)s again.")
            messages.success(request, message % {"model": model.label})
        return HttpResponseRedirect(reverse("wagtail_llm_actions:models"))


def _rows() -> list[Row]:
    models = get_settings().models
    actions = _count_actions()
    period = Period.last_days(SHOWN_DAYS)
    runs = {group.key: group.metrics.runs for group in Usage(period).by("model")}
    checks, circuit_breakers = last_checks(models.values()), open_circuit_breakers()
    findings = told_findings(models.values())
    rows = [
        _row(
            model,
            actions=actions.get(key, 0),
            runs=runs.get(key, 0),
            runs_url=counted_runs_url(period, model_key=key),
            failed_runs_url=counted_runs_url(
                period, model_key=key, status=LLMRun.Status.FAILED.value
            ),
            check=checks.get(key),
            circuit_breaker=circuit_breakers.get((model.provider, model.name)),
            finding=findings[key],
        )
        for key, model in models.items()
    ]
    missing = sorted({*actions, *runs} - models.keys() - {""})
    return rows + [
        Row(
            key=key,
            label=key,
            actions=actions.get(key, 0),
            runs=runs.get(key, 0),
            runs_url=counted_runs_url(period, model_key=key),
            is_missing=True,
        )
        for key in missing
    ]


def _row(
    model: ModelSettings,
    *,
    actions: int,
    runs: int,
    runs_url: str,
    failed_runs_url: str,
    check: CheckResult | None,
    circuit_breaker: LLMCircuitBreaker | None,
    finding: ToldFinding,
) -> Row:
    help_text = model_help_text(model)
    about = (help_text["about"], help_text["temperature"])
    status = check.status if check else None
    contexts = (context_limit(model), status.context_tokens if status else None)
    context_tokens = min(filter(None, contexts), default=None)
    return Row(
        key=model.key,
        label=str(model.label),
        provider=model.provider,
        name=model.name,
        description=" ".join(filter(None, about)),
        refused=", ".join(dict.fromkeys(f"“{each.parameter}”" for each in finding.corrections)),
        setting=setting_of(finding.corrections),
        begins_in_reasoning=finding.begins_in_reasoning,
        accepts=_accepts(model, sees_images=finding.sees_images),
        price=current_price(model),
        context=number_format(context_tokens, force_grouping=True) if context_tokens else "",
        actions=actions,
        runs=runs,
        runs_url=runs_url,
        status=status_sentence(status) if status else "",
        is_ok=status.ok if status else False,
        checked_at=check.checked_at if check else None,
        circuit_breaker=circuit_breaker_status(circuit_breaker) if circuit_breaker else "",
        failed_runs_url=failed_runs_url,
    )


def _about(more: MoreModel) -> str:
    """Return the advice about a model that is not offered, and its price where that is known."""
    price = price_sentence(more.price) if more.price else ""
    return f"{model_help_text(more.model)['about']} {price}".strip()


def _accepts(model: ModelSettings, *, sees_images: bool) -> str:
    capabilities = model.capabilities
    accepted = {
        _("temperature"): capabilities.accepts_temperature,
        _("images"): sees_images,
        _("structured output"): capabilities.structured_output,
        _("reasoning effort"): capabilities.reasoning_effort,
    }
    return ", ".join(name for name, accepts in accepted.items() if accepts)


def _count_actions() -> Mapping[str, int]:
    """Return the number of actions that use each model, as their own, fallback or cheaper one."""
    counts: dict[str, int] = {}
    for keys in LLMAction.objects.values_list("model", "fallback_model", "cheaper_model"):
        for key in set(filter(None, keys)):
            counts[key] = counts.get(key, 0) + 1
    return counts
