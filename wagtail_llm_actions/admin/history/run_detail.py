"""The page of a run: request, result, attempts and, after a failure, advice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_llm_actions.admin.history.views import add_edit_urls
from wagtail_llm_actions.admin.run_access import can_read_texts_in_history
from wagtail_llm_actions.answers.characters import show_direction_controls
from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.messages.currency import (
    estimate_sentence,
    money,
    rate_sentence,
    source_label,
)
from wagtail_llm_actions.messages.errors import error_sentence, error_title, troubleshooting
from wagtail_llm_actions.messages.faults import fault_sentence
from wagtail_llm_actions.messages.labels import (
    decision_label,
    finish_reason_label,
    model_label,
    removal_labels,
)
from wagtail_llm_actions.messages.notices import redaction_sentence, truncation_notice
from wagtail_llm_actions.messages.support_report import support_report
from wagtail_llm_actions.messages.usage_repairs import usage_repair_sentences
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.policies import (
    RUN_POLICY,
    VIEW_RUNS_PERMISSIONS,
    can_view_costs,
)
from wagtail_llm_actions.permissions.runs import viewable_runs
from wagtail_llm_actions.runs.contract import faults_of
from wagtail_llm_actions.runs.request.image import find_image
from wagtail_llm_actions.runs.request.variables import field_label

if TYPE_CHECKING:
    from wagtail_llm_actions.models import LLMAttempt

TEXTS = ("system_instructions", "instruction", "prompt", "output", "raw_output")


def _parameters(attempt: LLMAttempt) -> str:
    """Format the parameters that were sent; those that the model does not accept were left out."""
    names = {
        "temperature": _("temperature"),
        "max_tokens": _("max tokens"),
        "reasoning_effort": _("reasoning effort"),
        "context_tokens": _("context tokens"),
    }
    sent = attempt.sent_parameters
    given = [f"{label} {sent[name]}" for name, label in names.items() if sent.get(name) is not None]
    if sent.get("temperature") is None:
        given.append(str(_("no temperature")))
    return ", ".join(given)


class RunView(PermissionCheckedMixin, WagtailAdminTemplateMixin, DetailView):
    """The page of a run."""

    model = LLMRun
    context_object_name = "run"
    permission_policy = RUN_POLICY
    any_permission_required = VIEW_RUNS_PERMISSIONS
    template_name = "wagtail_llm_actions/history/run.html"
    page_title = _("LLM run")
    header_icon = "history"
    _show_breadcrumbs = True

    def get_object(self, queryset: Any = None) -> LLMRun:
        """Fetch the run with everything that the page shows."""
        runs = (
            viewable_runs(self.request.user)
            .select_related(
                "user__wagtail_userprofile", "prompt_template_revision", "target_content_type"
            )
            .prefetch_related("attempts")
        )
        return get_object_or_404(runs, pk=self.kwargs["run_id"])

    def get_page_subtitle(self) -> str:
        """Return the label of the action."""
        return str(self.object.action_label)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return breadcrumbs that lead back to the list."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("wagtail_llm_actions:history"), "label": _("LLM history")},
            {"url": "", "label": self.page_title, "sublabel": self.get_page_subtitle()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add labels, sentences and links."""
        run = self.object
        model = run.target_model
        add_edit_urls([run], self.request.user)
        attempts = [
            (
                attempt,
                _parameters(attempt),
                money(attempt.cost_usd),
                usage_repair_sentences(attempt),
                error_title(attempt.error_code),
            )
            for attempt in run.attempts.all()
        ]
        image = find_image(run.image) if run.image else None
        revision = run.prompt_template_revision
        template = (
            AdminURLFinder(self.request.user).get_edit_url(revision.content_object)
            if revision and revision.content_object
            else None
        )
        return super().get_context_data(
            **kwargs,
            decision_label=decision_label(run),
            model_label=model_label(run.model_key),
            fallback_label=model_label(run.fallback_model_key),
            attempts=attempts,
            is_estimated=any(attempt.is_estimated for attempt in run.attempts.all()),
            sent=attempts[-1][1] if attempts else "",
            cost=money(run.cost_usd),
            rate=rate_sentence(),
            estimate=estimate_sentence(run),
            price_source=source_label(run.price["source"]) if run.price else "",
            can_view_costs=can_view_costs(self.request.user),
            can_read_texts=can_read_texts_in_history(self.request, run),
            template_url=template,
            texts={name: show_direction_controls(getattr(run, name)) for name in TEXTS},
            removals=[
                (label, show_direction_controls(text)) for label, text in removal_labels(run)
            ],
            finish=finish_reason_label(run),
            truncation=truncation_notice(run),
            faults=[fault_sentence(fault) for fault in faults_of(run, run.output)]
            if run.output
            else [],
            image_title=image.title if image else _("Deleted"),
            image_url=AdminURLFinder(self.request.user).get_edit_url(image) if image else None,
            redaction=redaction_sentence(run),
            error=error_sentence(run),
            error_status="info" if run.error_code == ErrorCode.NOTHING_TO_CHANGE else "critical",
            troubleshooting=troubleshooting(run),
            report=support_report(run, run.attempts.all()) if run.error_code else "",
            source_label=field_label(model, run.source_path) if model else run.source_path,
        )
