"""Tables with a row for each action, model, user, page type, error code or error pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_user_display_name

from wagtail_llm_actions.admin.links import NO_USER, counted_runs_url, deleted_action
from wagtail_llm_actions.admin.usage.table import Column, Row, Table, columns_of
from wagtail_llm_actions.messages.errors import troubleshooting
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import DismissReason
from wagtail_llm_actions.reporting.error_patterns import error_patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from wagtail_llm_actions.reporting.metrics import Metrics
    from wagtail_llm_actions.reporting.usage import Usage

_Metric = tuple[str, "Callable[[], str]", str]
"""The kind of a column's values, its heading, and the attribute of ``Metrics``."""

_METRICS: list[_Metric] = [
    ("count", lambda: _("Runs"), "runs"),
    ("rate", lambda: _("Succeeded"), "success_rate"),
    ("count", lambda: _("Failed"), "failed"),
    ("rate", lambda: _("Accepted"), "acceptance_rate"),
    ("count", lambda: _("Input tokens"), "input_tokens"),
    ("count", lambda: _("Output tokens"), "output_tokens"),
    ("seconds", lambda: _("Median time"), "median_seconds"),
    ("seconds", lambda: _("95th percentile"), "p95_seconds"),
]
_COSTS: list[_Metric] = [
    ("money", lambda: _("Cost"), "cost_usd"),
    ("count", lambda: _("Unknown costs"), "unknown_costs"),
    ("price", lambda: _("Cost per accepted text"), "cost_per_accepted"),
]
_FALLBACK: _Metric = ("count", lambda: _("Fallback used"), "fallback_used")


def by_action(usage: Usage, *, with_costs: bool) -> Table:
    """Return the metrics of each action; deleted actions have their last labels."""
    rows = [
        (group.name, {"action": group.key or deleted_action(group.name)}, group.metrics)
        for group in usage.by("action")
    ]
    shown = _METRICS + _COSTS * with_costs
    return _breakdown(
        usage, "actions", title=_("Actions"), heading=_("Action"), rows=rows, shown=shown
    )


def by_model(usage: Usage, *, with_costs: bool) -> Table:
    """Return the metrics of each model that actions chose, with the runs of its fallback model."""
    rows = [
        (model_label(group.key), {"model_key": group.key}, group.metrics)
        for group in usage.by("model")
    ]
    shown = [*_METRICS, _FALLBACK, *_COSTS * with_costs]
    return _breakdown(
        usage, "models", title=_("Models"), heading=_("Model"), rows=rows, shown=shown
    )


def by_user(usage: Usage, *, with_costs: bool) -> Table:
    """Return the metrics of each user; runs of deleted users and bulk runs are one row."""
    groups = usage.by("user")
    users = get_user_model()._default_manager.in_bulk({group.key for group in groups if group.key})
    rows = [
        (
            get_user_display_name(users[group.key]) if group.key in users else _("No user"),
            {"user": group.key or NO_USER},
            group.metrics,
        )
        for group in groups
    ]
    shown = _METRICS + _COSTS * with_costs
    return _breakdown(usage, "users", title=_("Users"), heading=_("User"), rows=rows, shown=shown)


def by_page_type(usage: Usage, *, with_costs: bool) -> Table:
    """Return the metrics of each page or snippet type."""
    groups = usage.by("page_type")
    types = ContentType.objects.in_bulk({group.key for group in groups if group.key})
    rows = [
        (_type_name(types[group.key]), {"page_type": group.key}, group.metrics) for group in groups
    ]
    shown = _METRICS + _COSTS * with_costs
    return _breakdown(
        usage, "page-types", title=_("Page types"), heading=_("Page type"), rows=rows, shown=shown
    )


def by_error(usage: Usage, *, with_costs: bool) -> Table:
    """Return the number of failed runs, and their costs, for each error code."""
    rows = [(group.key, {"error_code": group.key}, group.metrics) for group in usage.by("error")]
    shown = _METRICS[:1] + _COSTS[:2] * with_costs
    return _breakdown(
        usage, "errors", title=_("Errors"), heading=_("Error"), rows=rows, shown=shown
    )


def by_dismiss_reason(usage: Usage) -> Table:
    """Return the number of dismissed texts for each reason that editors gave."""
    labels = dict(DismissReason.choices)
    return Table(
        slug="dismissals",
        title=_("Reasons for dismissing"),
        columns=[Column(_("Reason"), "text"), Column(_("Runs"))],
        rows=[
            Row(
                [labels.get(reason, reason), count],
                counted_runs_url(usage.period, dismiss_reason=reason),
            )
            for reason, count in usage.dismiss_reasons()
        ],
    )


def by_error_pattern(usage: Usage, readable: Callable[[list[UUID]], Collection[UUID]]) -> Table:
    """Return the error patterns, each with advice.

    Args:
        usage: Of the period.
        readable: Returns which of some runs the user may read the texts of: a provider's message
            may quote the prompt.
    """
    patterns = error_patterns(usage.period)
    shown = readable([pattern.newest.pk for pattern in patterns])
    return Table(
        slug="error-patterns",
        title=_("Error patterns"),
        columns=[
            Column(_("Error"), "text"),
            Column(_("Model"), "text"),
            Column(_("Provider message"), "long"),
            Column(_("Runs")),
            Column(_("First"), "moment"),
            Column(_("Last"), "moment"),
            Column(_("Actions"), "text"),
            Column(_("What to check"), "long"),
        ],
        rows=[
            Row(
                [
                    pattern.error_code,
                    model_label(pattern.model_key),
                    pattern.detail if pattern.newest.pk in shown else "",
                    pattern.runs,
                    pattern.first_at,
                    pattern.last_at,
                    ", ".join(pattern.actions),
                    troubleshooting(pattern.newest),
                ],
                counted_runs_url(usage.period, error_pattern=pattern.newest.pk),
            )
            for pattern in patterns
        ],
    )


def _breakdown(
    usage: Usage,
    slug: str,
    *,
    title: str,
    heading: str,
    rows: Iterable[tuple[str, Mapping[str, Any], Metrics]],
    shown: Sequence[_Metric],
) -> Table:
    return Table(
        slug=slug,
        title=title,
        columns=[
            Column(heading, "text"),
            *columns_of([(name(), kind) for kind, name, _ in shown], usage),
        ],
        rows=[
            Row(
                [name, *(getattr(metrics, attribute) for *_, attribute in shown)],
                counted_runs_url(usage.period, **filters),
            )
            for name, filters, metrics in rows
        ],
    )


def _type_name(content_type: ContentType) -> str:
    # A content type outlives a model that was removed from the code.
    model = content_type.model_class()
    return (
        capfirst(str(model._meta.verbose_name)) if model else ".".join(content_type.natural_key())
    )
