"""What the filters of the history offer: values that runs have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_user_display_name

from wagtail_llm_actions.admin.history.pagination import MAX_SEARCHED_RUNS
from wagtail_llm_actions.admin.labels import model_type_label
from wagtail_llm_actions.admin.links import deleted_action
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.policies import can_view_all_runs
from wagtail_llm_actions.reporting.metrics import COUNTED_TRIGGERS
from wagtail_llm_actions.reporting.used_values import UsedValue, used_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Model

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet
    from wagtail_llm_actions.permissions import User

_LIMITED = (
    "user",
    "target_content_type",
    "model_key",
    "action",
    "action__label",
    "action_label",
    "trigger",
)

Choices = dict[str, list[tuple[Any, str]]]


def choices_for(user: User, viewable: LLMRunQuerySet) -> Choices:
    """Return what the filters offer to a user, by the filters' names.

    A limited history names nobody whose runs it does not list; it offers what the newest of them have.

    Args:
        user: Who looks at the history.
        viewable: The runs that it lists.
    """
    users = get_user_model()._default_manager
    if can_view_all_runs(user):
        runs = LLMRun.objects.order_by()
        return _choices(used_values(), users.filter(Exists(runs.filter(user=OuterRef("pk")))))
    newest = viewable.order_by("-queued_at").values_list(*_LIMITED, named=True)
    found = list(newest[:MAX_SEARCHED_RUNS])
    return _choices(_values_of(found), users.filter(pk__in={row.user for row in found} - {None}))


def _choices(values: Iterable[UsedValue], users: Iterable[Model]) -> Choices:
    kinds: dict[str, list[UsedValue]] = {}
    for value in values:
        kinds.setdefault(value.kind, []).append(value)
    types = [ContentType.objects.get_for_id(value.pk or 0) for value in kinds.get("type", [])]
    actions = [(value.pk, value.label or "") for value in kinds.get("action", [])]
    deleted = [value.label or "" for value in kinds.get("deleted action", [])]
    models = [value.label or "" for value in kinds.get("model", [])]
    return {
        "action": [
            *_by_label(actions),
            *(
                (deleted_action(label), _("%(action)s (deleted)") % {"action": label})
                for label in deleted
            ),
        ],
        "model_key": [(key, model_label(key)) for key in models],
        "page_type": _by_label((each.pk, model_type_label(each)) for each in types),
        "user": [(user.pk, get_user_display_name(user)) for user in users],
    }


def _by_label(choices: Iterable[tuple[Any, str]]) -> list[tuple[Any, str]]:
    return sorted(choices, key=lambda choice: choice[1])


def _values_of(rows: Sequence[Any]) -> Iterable[UsedValue]:
    """Yield the same as ``used_values``, but of some runs, and no other actions than theirs."""
    for pk, label in {(row.action, row.action__label) for row in rows if row.action}:
        yield UsedValue("action", pk, label)
    for pk in {row.target_content_type for row in rows}:
        yield UsedValue("type", pk, None)
    for key in sorted({row.model_key for row in rows}):
        yield UsedValue("model", None, key)
    counted = (row for row in rows if row.action is None and row.trigger in COUNTED_TRIGGERS)
    for label in sorted({row.action_label for row in counted}):
        yield UsedValue("deleted action", None, label)
