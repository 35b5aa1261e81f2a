"""Write a large export outside the request, by the view that was asked for it.

The view answers the same address again, for the same user: so their rights, the filters and what is
hidden from them are those of the moment when the file is written.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from wagtail.coreutils import get_dummy_request

from wagtail_llm_actions.admin.exports.rights import rights_of
from wagtail_llm_actions.database.sqlite import yielding_writes
from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.models import LLMExport, LLMExportChunk
from wagtail_llm_actions.models.background_job import JobFailed
from wagtail_llm_actions.models.export import expiry
from wagtail_llm_actions.queues import get_queue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeVar

    from django.http import FileResponse, HttpRequest

    T = TypeVar("T")

TASK = "wagtail_llm_actions.admin.exports.job.write_export"
KEPT_FILES = 5
"""Of one user; starting another export deletes the oldest."""
CHUNK_BYTES = 512 * 1024
"""Of the file; a row of a table can be sent to every database in one piece."""
PROGRESS_ROWS = 2_000
"""How often the progress is stored."""
JOB_ATTRIBUTE = "llm_export"
"""Of the request that a job makes."""


def start_export(request: HttpRequest, filename: str) -> LLMExport:
    """Let the answer to a request be written outside it; return the user's unfinished one if there is."""
    own = LLMExport.objects.filter(user=request.user.pk)
    for other in own.filter(status__in=LLMExport.UNFINISHED):
        if other.is_unfinished:
            return other
    kept = own.order_by("-created_at").values_list("pk", flat=True)[: KEPT_FILES - 1]
    own.exclude(pk__in=list(kept)).discard()
    match: Any = request.resolver_match
    export = LLMExport.objects.create(
        user_id=request.user.pk,
        view=match.view_name,
        arguments=match.kwargs,
        query=request.GET.urlencode(),
        filename=filename,
    )
    transaction.on_commit(partial(_enqueue, export))
    return export


def job_of(request: HttpRequest) -> LLMExport | None:
    """Return the job that makes this request; ``None`` if a browser did."""
    return getattr(request, JOB_ATTRIBUTE, None)


def followed(job: LLMExport, rows: Iterable[T], total: int) -> Iterator[T]:
    """Yield the rows, and store how many there were."""
    LLMExport.objects.filter(pk=job.pk).update(total=total)
    written = 0
    for written, row in enumerate(rows, 1):
        yield row
        if written % PROGRESS_ROWS == 0:
            job.advance(written)
    job.advance(written)


@yielding_writes()
def write_export(export_id: str) -> None:
    """Write the file of an export, unless it was started already; every end is stored on it."""
    LLMExport.execute(export_id, _write)


def _enqueue(export: LLMExport) -> None:
    try:
        get_queue().call(TASK, str(export.pk))
    except QueueUnavailable:
        error = _("The queue server cannot be reached. Try again later.")
        LLMExport.objects.filter(pk=export.pk).update(status=LLMExport.Status.FAILED, error=error)


def _write(job: LLMExport) -> None:
    rights = rights_of(job.user) if job.user else ""
    size, opened = 0, _answer(job).file_to_stream
    with opened as file:  # type: ignore[union-attr]
        for number, data in enumerate(iter(partial(file.read, CHUNK_BYTES), b"")):
            LLMExportChunk.objects.create(export=job, number=number, data=data)
            size += len(data)
    written = LLMExport.objects.filter(pk=job.pk)
    written.update(size=size, rights=rights, expires_at=expiry())


def _answer(job: LLMExport) -> FileResponse:
    """Return what the view answers to the user now.

    Raises:
        JobFailed: Nothing is exported, or not to this user.
    """
    denied = JobFailed(_("You are not allowed to export this any more."))
    if job.user is None:
        raise denied
    address = reverse(job.view, kwargs=job.arguments)
    request = get_dummy_request(path=f"{address}?{job.query}")
    # Wagtail's views raise PermissionDenied in place of a redirect with a message.
    request.META["HTTP_X_REQUESTED_WITH"] = "XMLHttpRequest"
    request.user = job.user
    match = request.resolver_match = resolve(address)
    setattr(request, JOB_ATTRIBUTE, job)
    try:
        response: FileResponse = match.func(request, *match.args, **match.kwargs)
    except (PermissionDenied, Http404):
        raise denied from None
    return response
