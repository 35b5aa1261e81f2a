"""Fast path for polls: while a poll token is valid, answer from the rows of the runs alone.

Before each view of its admin, Wagtail checks the right to enter the admin and reads the user's
profile; our view then checks the right to edit the object, and describes the whole run. That takes
9 queries and four times the processor time of a poll on the fast path, which takes 2 queries. Where
the token has expired, the rights are checked here, mostly by their digest, and the answer renews it: the
browser has the rest.
Without a token, without the rights, or once a run is final, the view answers.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any

from django.db.models import Subquery
from django.http import JsonResponse
from django.urls import URLPattern
from django.urls.resolvers import RoutePattern
from django.utils.translation import override
from django.views.decorators.cache import never_cache

from wagtail_llm_actions.admin.editor.poll_interval import ACTIVE_RUNS
from wagtail_llm_actions.admin.editor.poll_token import read_poll_token, renew_poll_token
from wagtail_llm_actions.admin.editor.request_params import parse_cursors
from wagtail_llm_actions.admin.editor.serializers import live_states
from wagtail_llm_actions.admin.run_access import can_read_texts
from wagtail_llm_actions.database.prepared_query import COUNT, Parameter, PreparedQuery
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.models.run_queryset import CONTENT_COLUMNS
from wagtail_llm_actions.permissions.digest import rights_digest
from wagtail_llm_actions.permissions.runs import can_follow
from wagtail_llm_actions.runs.lifecycle.recovery import recover_throttled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import ResolverMatch

    from wagtail_llm_actions.admin.editor.poll_token import PollToken

_ACTIVE = Subquery(
    LLMRun.objects.filter(status__in=LLMRun.UNFINISHED)
    .exclude(trigger=LLMRun.Trigger.BULK)
    .order_by()
    .values(number=COUNT)
)
_LIVE_COLUMNS = (
    "status",
    "trigger",
    "model_key",
    "fallback_model_key",
    "used_fallback",
    "queued_at",
    "started_at",
    "retry_at",
    "is_reasoning",
    "is_repairing",
)
_RIGHTS_COLUMNS = ("user_id", "target_object_id", *CONTENT_COLUMNS)
"""What tells who may follow a run."""


class PollURLPattern(URLPattern):
    """The URL of a run: tries the fast path, then the view behind Wagtail's checks."""

    def __init__(self, route: str, view: Callable[..., HttpResponse], *, name: str) -> None:
        super().__init__(RoutePattern(route, name=name, is_endpoint=True), view, None, name)

    def resolve(self, path: str) -> ResolverMatch | None:
        """Put the fast path before the view, which Wagtail has wrapped in its checks by now."""
        match = super().resolve(path)
        if match:
            match.func = _with_fast_path(match.func)
        return match


def _with_fast_path(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def wrapped(request: HttpRequest, run_id: UUID) -> HttpResponse:
        answer: HttpResponse | None = _poll(request, run_id)
        return answer or view(request, run_id=run_id)

    return never_cache(wrapped)


def _poll(request: HttpRequest, run_id: UUID) -> JsonResponse | None:
    """Report on unfinished runs; ``None`` where the view has to answer."""
    token = read_poll_token(request) if request.method == "GET" else None
    if token is None or run_id not in token.run_ids:
        return None
    is_expired = token.is_expired
    recover_throttled()
    cursors = parse_cursors(request, token.run_ids)
    found = _runs(list(cursors), with_rights=is_expired)
    candidates = [found[each] for each in cursors if each in found]
    if len(candidates) < len(cursors) or any(run.is_final for run in candidates):
        return None
    renewed = {}
    if is_expired:
        checked = _checked(request, token, candidates[0])
        if checked is None:
            return None
        renewed["poll_token"] = renew_poll_token(request, checked)
    with override(token.language):
        first, *others = live_states(candidates, cursors)
    return JsonResponse({**first, "candidates": others, **renewed})


def _checked(request: HttpRequest, token: PollToken, run: LLMRun) -> PollToken | None:
    """Return what a token can say after its rights were checked again; ``None`` where they are gone."""
    now = time.time()
    # Read before the permissions: a change in between must not be in it.
    digest = rights_digest(request.user, run)
    if token.proves(digest):
        return token
    if _may_follow(request, run):
        return replace(token, digest=digest, evaluated_at=now)
    return None


def _may_follow(request: HttpRequest, run: LLMRun) -> bool:
    """Return whether the view would let the user follow a run; the candidates of a click are alike."""
    user = request.user
    # As Wagtail's `require_admin_access`.
    may_enter = not user.is_anonymous and user.has_perms(["wagtailadmin.access_admin"])
    return may_enter and can_follow(user, run) and can_read_texts(request, run)


def _runs(run_ids: Sequence[UUID], *, with_rights: bool) -> dict[UUID, LLMRun]:
    """Fetch runs; by the same query, where that is due, the number of all active runs."""
    is_due = ACTIVE_RUNS.is_due()
    query = _query(len(run_ids), with_rights=with_rights, with_active=is_due)
    runs = query.instances(**{f"run_{number}": run_id for number, run_id in enumerate(run_ids)})
    for run in runs if is_due else ():
        ACTIVE_RUNS.value = run.active  # type: ignore[attr-defined]
    return {run.pk: run for run in runs}


@lru_cache
def _query(count: int, *, with_rights: bool, with_active: bool) -> PreparedQuery[LLMRun]:
    """Return the query for so many runs."""
    columns = (*_LIVE_COLUMNS, *(_RIGHTS_COLUMNS if with_rights else ()))
    run_ids: list[Any] = [Parameter(f"run_{number}", LLMRun._meta.pk) for number in range(count)]
    runs = LLMRun.objects.order_by().only(*columns).filter(pk__in=run_ids)
    return PreparedQuery(lambda: runs.annotate(active=_ACTIVE) if with_active else runs)
