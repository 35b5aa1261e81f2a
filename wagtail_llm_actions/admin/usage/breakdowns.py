"""Tables with a row for each action, model, user, page type, error code or error pattern."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_user_display_name

from wagtail_llm_actions.admin.links import NO_USER, CountedRunsUrls, deleted_action
from wagtail_llm_actions.admin.usage.table import Column, Row, Table, columns_of
from wagtail_llm_actions.messages.errors import troubleshooting, troubleshooting_of
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import DismissReason
from wagtail_llm_actions.reporting.error_patterns import error_patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.reporting.error_patterns import ErrorPattern
    from wagtail_llm_actions.reporting.usage import Usage, UsageGroup

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


def by_action(usage: Usage, *, with_costs: bool, limit: int | None = None) -> Table:
    """Return the metrics of each action; deleted actions have their last labels."""
    return _breakdown(
        usage,
        "actions",
        usage.by("action"),
        title=_("Actions"),
        heading=_("Action"),
        identify=lambda group: (group.name, {"action": group.key or deleted_action(group.name)}),
        shown=_METRICS + _COSTS * with_costs,
        limit=limit,
    )


def by_model(usage: Usage, *, with_costs: bool, limit: int | None = None) -> Table:
    """Return the metrics of each model that actions chose, with the runs of its fallback model."""
    return _breakdown(
        usage,
        "models",
        usage.by("model"),
        title=_("Models"),
        heading=_("Model"),
        identify=lambda group: (model_label(group.key), {"model_key": group.key}),
        shown=[*_METRICS, _FALLBACK, *_COSTS * with_costs],
        limit=limit,
    )


def by_user(usage: Usage, *, with_costs: bool, limit: int | None = None) -> Table:
    """Return the metrics of each user; runs of deleted users and bulk runs are one row."""
    groups = usage.by("user")
    users = get_user_model()._default_manager.in_bulk(
        {group.key for group in groups[:limit] if group.key}
    )

    def identify(group: UsageGroup) -> tuple[str, dict[str, Any]]:
        user = users.get(group.key)
        name = get_user_display_name(user) if user else _("No user")
        return name, {"user": group.key or NO_USER}

    return _breakdown(
        usage,
        "users",
        groups,
        title=_("Users"),
        heading=_("User"),
        identify=identify,
        shown=_METRICS + _COSTS * with_costs,
        limit=limit,
    )


def by_page_type(usage: Usage, *, with_costs: bool, limit: int | None = None) -> Table:
    """Return the metrics of each page or snippet type."""
    return _breakdown(
        usage,
        "page-types",
        usage.by("page_type"),
        title=_("Page types"),
        heading=_("Page type"),
        identify=lambda group: (_type_name(group.key), {"page_type": group.key or ""}),
        shown=_METRICS + _COSTS * with_costs,
        limit=limit,
    )


def by_error(usage: Usage, *, with_costs: bool, limit: int | None = None) -> Table:
    """Return the number of failed runs, and their costs, for each error code."""
    return _breakdown(
        usage,
        "errors",
        usage.by("error"),
        title=_("Errors"),
        heading=_("Error"),
        kind="error",
        identify=lambda group: (group.key, {"error_code": group.key}),
        shown=_METRICS[:1] + _COSTS[:2] * with_costs,
        limit=limit,
    )


def by_dismiss_reason(usage: Usage) -> Table:
    """Return the number of dismissed texts for each reason that editors gave."""
    labels, urls = dict(DismissReason.choices), CountedRunsUrls()
    return Table(
        slug="dismissals",
        title=_("Reasons for dismissing"),
        columns=[Column(_("Reason"), "text"), Column(_("Runs"))],
        rows=[
            Row(
                [labels.get(reason, reason), count],
                partial(urls.of, usage.period, dismiss_reason=reason),
            )
            for reason, count in usage.dismiss_reasons()
        ],
    )


def by_error_pattern(usage: Usage, can_read: Callable[[LLMRun], bool]) -> Table:
    """Return the error patterns, each with advice.

    Args:
        usage: Of the period.
        can_read: Returns whether the user may read the texts of a run: a provider's message may quote
            the prompt.
    """
    urls = CountedRunsUrls()
    return Table(
        slug="error-patterns",
        title=_("Error patterns"),
        columns=[
            Column(_("Error"), "error"),
            Column(_("Model"), "text"),
            Column(_("Provider message"), "long"),
            Column(_("Runs")),
            Column(_("First"), "moment"),
            Column(_("Last"), "moment"),
            Column(_("Actions"), "text"),
            Column(_("What to check"), "advice"),
        ],
        rows=[
            Row(
                [
                    pattern.error_code,
                    model_label(pattern.model_key),
                    pattern.detail if pattern.newest and can_read(pattern.newest) else "",
                    pattern.runs,
                    pattern.first_at,
                    pattern.last_at,
                    ", ".join(pattern.actions),
                    _what_to_check(pattern),
                ],
                # Nothing leads to runs that were deleted: others may share their error and model.
                partial(urls.of, usage.period, error_pattern=newest.pk)
                if (newest := pattern.newest)
                else None,
            )
            for pattern in error_patterns(usage)
        ],
    )


def _breakdown(
    usage: Usage,
    slug: str,
    groups: Sequence[UsageGroup],
    *,
    title: str,
    heading: str,
    identify: Callable[[UsageGroup], tuple[str, Mapping[str, Any]]],
    shown: Sequence[_Metric],
    limit: int | None,
    kind: str = "text",
) -> Table:
    listed, urls = groups[:limit], CountedRunsUrls()
    rows = []
    for group in listed:
        name, filters = identify(group)
        values = [name, *(getattr(group.metrics, attribute) for *_, attribute in shown)]
        # Nothing leads to the runs of a type that was deleted: they are deleted too.
        has_filter = all(filters.values())
        url = partial(urls.of, usage.period, **filters) if has_filter else None
        rows.append(Row(values, url))
    return Table(
        slug=slug,
        title=title,
        columns=[
            Column(heading, kind),
            *columns_of([(name(), kind) for kind, name, _ in shown], usage),
        ],
        rows=rows,
        hidden_row_count=len(groups) - len(listed),
    )


def _what_to_check(pattern: ErrorPattern) -> str:
    if pattern.newest:
        return troubleshooting(pattern.newest)
    return troubleshooting_of(pattern.error_code, "", pattern.model_key)


def _type_name(content_type_id: int | None) -> str:
    if content_type_id is None:
        return _("Deleted type")
    content_type = ContentType.objects.get_for_id(content_type_id)
    # A content type outlives a model that was removed from the code.
    model = content_type.model_class()
    return (
        capfirst(str(model._meta.verbose_name)) if model else ".".join(content_type.natural_key())
    )
