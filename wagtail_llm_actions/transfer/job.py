"""Import a large file outside the request, part by part."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_llm_actions.database.sqlite import yielding_writes
from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.models import LLMImport
from wagtail_llm_actions.models.background_job import JobFailed
from wagtail_llm_actions.permissions.policies import can_import
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.transfer.fixture import TransferError, read_fixture
from wagtail_llm_actions.transfer.plan import apply_import, plan_import

if TYPE_CHECKING:
    from uuid import UUID

    from wagtail_llm_actions.permissions import User
    from wagtail_llm_actions.transfer.plan import ImportPlan

TASK = "wagtail_llm_actions.tasks.run_import"
KEPT_FOR = timedelta(days=7)
"""How long the result of an import is kept."""


def start_import(plan: ImportPlan, content: str, user: User) -> LLMImport:
    """Let a plan be written outside the request.

    Raises:
        TransferError: Another import is not finished yet, or the queue does not answer.
    """
    LLMImport.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    if any(
        other.is_unfinished for other in LLMImport.objects.filter(status__in=LLMImport.UNFINISHED)
    ):
        raise TransferError(_("Another import is not finished yet. Try again when it is."))
    started = LLMImport.objects.create(
        user_id=user.pk,
        content=content,
        fingerprint=plan.fingerprint,
        total=len(plan.writes),
    )
    try:
        get_queue().call(TASK, str(started.pk))
    except QueueUnavailable:
        started.delete()
        message = _("Nothing was imported, because the queue server cannot be reached.")
        raise TransferError(message) from None
    return started


@yielding_writes()
def run_import(import_id: UUID) -> None:
    """Write a confirmed import, unless it was started already; every end is stored on it."""
    LLMImport.execute(import_id, _import)


def _import(running: LLMImport) -> None:
    try:
        _write(running)
    except TransferError as error:
        raise JobFailed(str(error)) from None
    finally:
        LLMImport.objects.filter(pk=running.pk).update(content="")


def _write(running: LLMImport) -> None:
    if running.user is None or not can_import(running.user):
        raise JobFailed(_("You are not allowed to import any more."))
    plan = plan_import(read_fixture(running.content))
    if plan.fingerprint != running.fingerprint:
        raise JobFailed(_("Something here has changed since, so nothing was imported."))
    for part in plan.parts():
        apply_import(part, running.user)
        running.advance(running.written + len(part.writes))
