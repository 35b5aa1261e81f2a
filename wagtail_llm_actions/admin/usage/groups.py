"""Tables with a row for each action, model, user, page type or error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_user_display_name

from wagtail_llm_actions.admin.usage.formatting import history_url
from wagtail_llm_actions.admin.usage.table import Column, Row, Table
from wagtail_llm_actions.messages.errors import troubleshooting
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.reporting.error_patterns import error_patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wagtail_llm_actions.reporting.usage import Metrics, Usage

_FIGURES: list[tuple[str, Callable[[], str], str]] = [
    ("count", lambda: _("Runs"), "runs"),
    ("rate", lambda: _("Succeeded"), "success_rate"),
    ("count", lambda: _("Failed"), "failed"),
    ("rate", lambda: _("Texts kept"), "kept_rate"),
    ("count", lambda: _("Input tokens"), "tokens_in"),
    ("count", lambda: _("Output tokens"), "tokens_out"),
    ("seconds", lambda: _("Median time"), "median_seconds"),
    ("seconds", lambda: _("95 of 100 within"), "p95_seconds"),
]
_COSTS: list[tuple[str, Callable[[], str], str]] = [
    ("money", lambda: _("Cost"), "cost_usd"),
    ("count", lambda: _("Costs unknown"), "unknown_costs"),
    ("price", lambda: _("Cost per kept text"), "cost_per_kept"),
]
_FAILURES = _FIGURES[:1]


def by_action(usage: Usage, *, with_costs: bool) -> Table:
    """Return the figures of each action."""
    rows = [
        (group.name, {"action": group.key} if group.key else None, group.figures)
        for group in usage.by("action")
    ]
    return _grouped(usage, "actions", _("Actions"), _("Action"), rows, with_costs=with_costs)


def by_model(usage: Usage, *, with_costs: bool) -> Table:
    """Return the figures of each model that was asked first."""
    rows = [
        (model_label(group.key), {"model_key": group.key}, group.figures)
        for group in usage.by("model")
    ]
    return _grouped(
        usage,
        "models",
        _("Models"),
        _("Model"),
        rows,
        with_costs=with_costs,
        more=[("count", lambda: _("Fell back"), "used_fallback_count")],
    )


def by_user(usage: Usage, *, with_costs: bool) -> Table:
    """Return the figures of each user; runs of those who are gone, and of nobody, together."""
    groups = usage.by("user")
    users = get_user_model()._default_manager.in_bulk({group.key for group in groups if group.key})
    rows = [
        (
            get_user_display_name(users[group.key]) if group.key in users else _("No user"),
            {"user": group.key} if group.key in users else None,
            group.figures,
        )
        for group in groups
    ]
    return _grouped(usage, "users", _("Users"), _("User"), rows, with_costs=with_costs)


def by_page_type(usage: Usage, *, with_costs: bool) -> Table:
    """Return the figures of each type of page or snippet."""
    groups = usage.by("page_type")
    types = ContentType.objects.in_bulk({group.key for group in groups if group.key})
    rows = [
        (_type_name(types[group.key]), {"page_type": group.key}, group.figures) for group in groups
    ]
    return _grouped(
        usage, "page-types", _("Page types"), _("Page type"), rows, with_costs=with_costs
    )


def by_error(usage: Usage, *, with_costs: bool) -> Table:
    """Return how often each error came."""
    rows = [(group.key, {"error_code": group.key}, group.figures) for group in usage.by("error")]
    return _grouped(
        usage,
        "errors",
        _("Errors"),
        _("Error"),
        rows,
        with_costs=with_costs,
        figures=_FAILURES,
        costs=_COSTS[:2],
    )


def by_pattern(usage: Usage) -> Table:
    """Return the errors that are alike, with what to check."""
    return Table(
        slug="patterns",
        title=_("Errors that are alike"),
        columns=[
            Column(_("Error"), "text"),
            Column(_("Model"), "text"),
            Column(_("The provider said"), "long"),
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
                    pattern.detail,
                    pattern.runs,
                    pattern.first_at,
                    pattern.last_at,
                    ", ".join(pattern.actions),
                    troubleshooting(pattern.newest),
                ],
                history_url(
                    usage.period, error_code=pattern.error_code, model_key=pattern.model_key
                ),
            )
            for pattern in error_patterns(usage.period)
        ],
    )


def _grouped(
    usage: Usage,
    slug: str,
    title: str,
    heading: str,
    groups: Iterable[tuple[str, Mapping[str, Any] | None, Metrics]],
    *,
    with_costs: bool,
    figures: Any = _FIGURES,
    costs: Any = _COSTS,
    more: Any = (),
) -> Table:
    shown = [*figures, *more, *(costs if with_costs else ())]
    return Table(
        slug=slug,
        title=title,
        columns=[Column(heading, "text"), *(Column(name(), kind) for kind, name, _ in shown)],
        rows=[
            Row(
                [name, *(getattr(values, attribute) for *_, attribute in shown)],
                history_url(usage.period, **filters) if filters else "",
            )
            for name, filters, values in groups
        ],
    )


def _type_name(content_type: ContentType) -> str:
    # A content type outlives a model that was removed from the code.
    model = content_type.model_class()
    return (
        capfirst(str(model._meta.verbose_name)) if model else ".".join(content_type.natural_key())
    )
