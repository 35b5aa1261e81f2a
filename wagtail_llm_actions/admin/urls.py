"""URLs below Wagtail's admin."""

from __future__ import annotations

from django.urls import path

from wagtail_llm_actions.admin import action_test, first_steps, history, usage
from wagtail_llm_actions.admin.editor import views
from wagtail_llm_actions.admin.editor.glance import PolledPattern
from wagtail_llm_actions.admin.models_page import AskAgainView, CheckModelsView, ModelsView
from wagtail_llm_actions.admin.run_page import RunView
from wagtail_llm_actions.admin.template_form import check_template, preview_template
from wagtail_llm_actions.admin.transfer import ExportView, ImportView
from wagtail_llm_actions.admin.views import fields

app_name = "wagtail_llm_actions"
urlpatterns = [
    path("reports/llm-history/", history.HistoryView.as_view(), name="history"),
    path(
        "reports/llm-history/results/",
        history.HistoryView.as_view(results_only=True),
        name="history_results",
    ),
    path("reports/llm-history/<uuid:run_id>/", RunView.as_view(), name="history_run"),
    path("reports/llm-usage/", usage.UsageView.as_view(), name="usage"),
    path(
        "reports/llm-usage/export/<slug:table>/",
        usage.UsageExportView.as_view(),
        name="usage_export",
    ),
    path("llm/", first_steps.FirstStepsView.as_view(), name="first_steps"),
    path(
        "llm/first-action/",
        first_steps.CreateFirstActionView.as_view(),
        name="create_first_action",
    ),
    path("llm/starters/", first_steps.CreateStartersView.as_view(), name="create_starters"),
    path("llm/models/", ModelsView.as_view(), name="models"),
    path("llm/models/check/", CheckModelsView.as_view(), name="check_models"),
    path("llm/models/ask-again/", AskAgainView.as_view(), name="ask_again"),
    path("llm/export/", ExportView.as_view(), name="export"),
    path("llm/import/", ImportView.as_view(), name="import"),
    path("llm/fields/", fields, name="fields"),
    path("llm/template/check/", check_template, name="check_template"),
    path("llm/template/preview/", preview_template, name="preview_template"),
    path("llm/tests/", action_test.tests, name="tests"),
    PolledPattern("llm/tests/<uuid:run_id>/", action_test.test, name="test"),
    path("llm/offers/", views.offers, name="offers"),
    path("llm/page-runs/", views.object_runs, name="object_runs"),
    path("llm/runs/", views.runs, name="runs"),
    PolledPattern("llm/runs/<uuid:run_id>/", views.run, name="run"),
    path("llm/runs/<uuid:run_id>/cancel/", views.cancel, name="cancel"),
    path("llm/runs/<uuid:run_id>/decide/", views.decide, name="decide"),
]
