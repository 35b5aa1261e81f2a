"""URLs of the pages that are not snippets, and of the endpoints."""

from __future__ import annotations

from django.urls import path

from wagtail_llm_actions.admin.actions import playground
from wagtail_llm_actions.admin.actions.api import action_fields
from wagtail_llm_actions.admin.editor import api
from wagtail_llm_actions.admin.editor.form_value import form_value
from wagtail_llm_actions.admin.editor.poll_fast_path import PollURLPattern
from wagtail_llm_actions.admin.exports.views import (
    ExportProgressView,
    ExportsView,
    download_export,
)
from wagtail_llm_actions.admin.getting_started.views import (
    CreateFirstActionView,
    CreateStartersView,
    GettingStartedView,
)
from wagtail_llm_actions.admin.history.run_detail import RunView
from wagtail_llm_actions.admin.history.views import HistoryView
from wagtail_llm_actions.admin.models.views import CheckModelsView, ModelsView, RetryNowView
from wagtail_llm_actions.admin.prompt_templates.api import (
    preview_prompt_template,
    validate_prompt_template,
)
from wagtail_llm_actions.admin.transfer import ImportProgressView, ImportView, export
from wagtail_llm_actions.admin.usage.views import UsageExportView, UsageView

app_name = "wagtail_llm_actions"
urlpatterns = [
    path("reports/llm-history/", HistoryView.as_view(), name="history"),
    path(
        "reports/llm-history/results/",
        HistoryView.as_view(results_only=True),
        name="history_results",
    ),
    path("reports/llm-history/<uuid:run_id>/", RunView.as_view(), name="history_run"),
    path("reports/llm-usage/", UsageView.as_view(), name="usage"),
    path(
        "reports/llm-usage/export/<slug:table>/",
        UsageExportView.as_view(),
        name="usage_export",
    ),
    path("llm/getting-started/", GettingStartedView.as_view(), name="getting_started"),
    path(
        "llm/getting-started/first-action/",
        CreateFirstActionView.as_view(),
        name="create_first_action",
    ),
    path("llm/getting-started/starters/", CreateStartersView.as_view(), name="create_starters"),
    path("llm/models/", ModelsView.as_view(), name="models"),
    path("llm/models/check/", CheckModelsView.as_view(), name="check_models"),
    path("llm/models/retry-now/", RetryNowView.as_view(), name="retry_now"),
    path("llm/export/", export, name="export"),
    path("llm/import/", ImportView.as_view(), name="import"),
    path("llm/import/<uuid:pk>/", ImportProgressView.as_view(), name="import_progress"),
    path("llm/exports/", ExportsView.as_view(), name="exports"),
    path("llm/exports/<uuid:pk>/", ExportProgressView.as_view(), name="export_progress"),
    path("llm/exports/<uuid:pk>/file/", download_export, name="download_export"),
    path("llm/action-fields/", action_fields, name="action_fields"),
    path(
        "llm/prompt-template/validate/", validate_prompt_template, name="validate_prompt_template"
    ),
    path("llm/prompt-template/preview/", preview_prompt_template, name="preview_prompt_template"),
    path("llm/playground/runs/", playground.start, name="start_playground_run"),
    PollURLPattern(
        "llm/playground/runs/<uuid:run_id>/", playground.poll, name="poll_playground_run"
    ),
    path("llm/offers/", api.offers, name="offers"),
    path("llm/previous-texts/", api.previous_texts, name="previous_texts"),
    path("llm/side-panel/", api.side_panel, name="side_panel"),
    path("llm/request-preview/", api.preview_request, name="request_preview"),
    path("llm/runs/", api.start_run, name="start_run"),
    PollURLPattern("llm/runs/<uuid:run_id>/", api.poll_run, name="poll_run"),
    path("llm/runs/<uuid:run_id>/cancel/", api.cancel_run, name="cancel_run"),
    path("llm/runs/<uuid:run_id>/decide/", api.decide_run, name="decide_run"),
    path("llm/runs/<uuid:run_id>/value/", form_value, name="form_value"),
]
