"""What the filters of the history offer: values that runs have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_user_display_name

from wagtail_llm_actions.admin.labels import model_type_label
from wagtail_llm_actions.admin.links import deleted_action
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.permissions.policies import can_view_all_runs
from wagtail_llm_actions.permissions.runs import viewable_runs
from wagtail_llm_actions.reporting.metrics import COUNTED_TRIGGERS
from wagtail_llm_actions.reporting.used_values import UsedValue, used_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet
    from wagtail_llm_actions.permissions import User

Choices = dict[str, list[tuple[Any, str]]]


def choices_for(user: User) -> Choices:
    """Return what the filters offer to a user, by the filters' names.

    A limited history names nobody whose runs it does not list.
    """
    if can_view_all_runs(user):
        runs = LLMRun.objects.order_by()
        users = get_user_model()._default_manager.filter(Exists(runs.filter(user=OuterRef("pk"))))
        return _choices(used_values(), users)
    limited = viewable_runs(user)
    return _choices(_values_of(limited), _users_of(limited))


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


def _values_of(runs: LLMRunQuerySet) -> Iterable[UsedValue]:
    """Yield the same as ``used_values``, but of some runs."""
    for pk, label in LLMAction.objects.values_list("pk", "label"):
        yield UsedValue("action", pk, label)
    for pk in runs.values_list("target_content_type", flat=True).distinct():
        yield UsedValue("type", pk, None)
    for key in runs.order_by("model_key").values_list("model_key", flat=True).distinct():
        yield UsedValue("model", None, key)
    deleted = runs.filter(action=None, trigger__in=COUNTED_TRIGGERS).order_by("action_label")
    for label in deleted.values_list("action_label", flat=True).distinct():
        yield UsedValue("deleted action", None, label)


def _users_of(runs: LLMRunQuerySet) -> Iterable[Model]:
    ids = runs.values("user").distinct()
    return get_user_model()._default_manager.filter(pk__in=ids)
