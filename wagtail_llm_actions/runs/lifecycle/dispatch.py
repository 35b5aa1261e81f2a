"""Send the signals of the package without letting a receiver break a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.dispatch import Signal


def send_on_commit(signal: Signal, run_ids: Iterable[UUID]) -> None:
    """Send a signal for each run after the current transaction; at once where there is none.

    Costs no query while nobody listens.
    """
    ids = list(run_ids)
    if ids and signal.has_listeners(LLMRun):
        # Robust: reading the run may fail as well, and the change is committed already.
        transaction.on_commit(lambda: _send(signal, ids), robust=True)


def _send(signal: Signal, run_ids: Iterable[UUID]) -> None:
    # One by one: a bulk run has thousands, each with its prompt.
    for run_id in run_ids:
        if run := LLMRun.objects.filter(pk=run_id).first():
            signal.send_robust(sender=LLMRun, run=run)
