"""The functions that a queue calls by their dotted paths, with plain values."""

from __future__ import annotations

from uuid import UUID

from django.db import connections, router
from django.db.migrations.recorder import MigrationRecorder

from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery
from wagtail_llm_actions.models import LLMExport, LLMRun
from wagtail_llm_actions.pricing import warm_up as warm_up_prices
from wagtail_llm_actions.provider_registry import warm_up as warm_up_providers
from wagtail_llm_actions.reporting.rollups import refresh_throttled
from wagtail_llm_actions.retention.tick import prune_now_and_then, prune_some
from wagtail_llm_actions.runs.lifecycle.execute import execute
from wagtail_llm_actions.runs.lifecycle.recovery import recover
from wagtail_llm_actions.transfer.job import run_import as run_import_job

_USER = PreparedQuery(
    lambda: (
        LLMRun.objects.filter(pk=Parameter("run_id", LLMRun._meta.pk))
        .exclude(trigger=LLMRun.Trigger.BULK)
        .order_by()
        .values_list("user_id")
    )
)


def execute_run(run_id: str) -> None:
    """Execute one run; do nothing if it is not queued any more."""
    execute(UUID(run_id))


def owner_of(run_id: str) -> str:
    """Return the id of the user whose run it is, who gets no more than a share of the slots.

    Empty where nobody waits, and for a run that does not exist.
    """
    found = [user_id for (user_id,) in _USER.rows(run_id=UUID(run_id)) if user_id is not None]
    return str(found[0]) if found else ""


def run_import(import_id: str) -> None:
    """Write a confirmed import of a large file; do nothing if it was started already."""
    run_import_job(UUID(import_id))


def warm_up() -> None:
    """Import the SDKs, create the clients of all configured providers, load the price list."""
    warm_up_providers()
    warm_up_prices()


def recover_runs() -> None:
    """Fail abandoned runs, requeue lost jobs, delete expired exports; now and then, prune and build rollups."""
    recover()
    LLMExport.objects.expired().discard()
    prune_now_and_then()
    refresh_throttled()


def prune_history() -> None:
    """Redact and delete for some seconds what is older than it is kept, and build rollups."""
    prune_some()
    refresh_throttled()


def identify() -> str:
    """Return what tells the database of this process from others: when its tables were made."""
    recorder = MigrationRecorder(connections[router.db_for_write(LLMRun)])
    applied = recorder.migration_qs.filter(app=LLMRun._meta.app_label).order_by("pk")
    return str(applied.values_list("applied", flat=True).first())
