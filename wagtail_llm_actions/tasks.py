"""What workers call, by dotted path and with plain values."""

from __future__ import annotations

from uuid import UUID

from wagtail_llm_actions.pricing import warm_up as warm_up_prices
from wagtail_llm_actions.provider_registry import warm_up as warm_up_providers
from wagtail_llm_actions.runs.lifecycle.execute import execute
from wagtail_llm_actions.runs.lifecycle.recovery import recover


def execute_run(run_id: str) -> None:
    """Execute one run; a run that is not queued any more is left alone."""
    execute(UUID(run_id))


def warm_up() -> None:
    """Load the SDKs, build the clients of all configured providers, read the price list."""
    warm_up_providers()
    warm_up_prices()


def recover_runs() -> None:
    """End the runs whose workers were lost, and queue what the queue has lost."""
    recover()
