"""Create a first action from what a site has: fields of a type, a starter template, a model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_llm_actions.admin.actions.field_choices import model_fields
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.configuration.starters import create_missing_starters
from wagtail_llm_actions.configuration.target_models import target_models
from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.permissions.policies import PROMPT_TEMPLATE_POLICY
from wagtail_llm_actions.runs.request.variables import SUMMARY_FIELDS, field_label, max_length

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wagtail_llm_actions.admin.actions.field_choices import ModelFields
    from wagtail_llm_actions.permissions import User

DESCRIPTIONS = ("search_description",)
TITLES = ("title", "seo_title", "headline", "name")


def supported_types() -> list[ContentType]:
    """Return the page and snippet types that have a field that an action can write to."""
    types = ContentType.objects.get_for_models(*target_models())
    return [
        content_type for model, content_type in types.items() if model_fields(model).destinations
    ]


def choose_fields(model: type[models.Model], fields: ModelFields) -> tuple[str, str]:
    """Return the destination and the source: the same field only if the type has no other.

    Args:
        model: A page or snippet model.
        fields: Those of its fields that an action may read and write.

    Raises:
        LookupError: The type has no field to write.
    """
    destinations = [name for name, _label in fields.destinations]
    if not destinations:
        raise LookupError(_("the type has no field to write"))
    sources = [name for name, _label in fields.sources]
    summary = next((name for name in SUMMARY_FIELDS if name in destinations), None)
    if summary:
        return summary, _source(model, [name for name in sources if name != summary]) or summary
    source = _source(model, sources)
    left = [name for name in destinations if name != source]
    if not left:
        others = [name for name in sources if name != source]
        return destinations[0], others[0] if others else destinations[0]
    optional = [name for name in left if _field(model, name).blank]
    return max(optional, key=lambda name: _room(model, name), default=left[0]), source


def create_first_action(content_type: ContentType, user: User) -> LLMAction:
    """Create an action for a page or snippet type, and the starter templates if they are missing.

    Args:
        content_type: One of ``supported_types``.
        user: The author of the revision and of the audit log entry.

    Raises:
        LookupError: There is no model, no field to write, or no template and no right to add one.
    """
    model: Any = content_type.model_class()
    key = next(iter(get_settings().models), None)
    if key is None:
        raise LookupError(_("no model is configured"))
    destination, source = choose_fields(model, model_fields(model))
    starter, label = _purpose(model, destination, source)
    with transaction.atomic():
        action = LLMAction(
            label=_free_label(label, content_type, destination),
            model_type=content_type,
            destination=destination,
            source=source,
            prompt_template=_template(starter, user),
            model=key,
        )
        action.full_clean()
        action.save()
        log_creation(action, user)
    return action


def log_creation(instance: LLMAction, user: User) -> None:
    """Save the first revision and log the creation, as Wagtail's own form does."""
    revision = instance.save_revision(user=user)
    log(
        instance=instance,
        action="wagtail.create",
        user=user,
        revision=revision,
        content_changed=True,
    )


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return cast("models.Field[Any, Any]", model._meta.get_field(name))


def _room(model: type[models.Model], name: str) -> float:
    return max_length(model, name) or math.inf


def _source(model: type[models.Model], names: Iterable[str]) -> str:
    """Return the first long text field, else the first text field; never a search description."""
    left = [name for name in names if name not in DESCRIPTIONS]
    long = (name for name in left if isinstance(_field(model, name), models.TextField))
    return next(long, left[0] if left else "")


def _purpose(model: type[models.Model], destination: str, source: str) -> tuple[str, str]:
    """Return the name of the starter template for a field, and the label of the action."""
    if destination == source:
        return "Proofread", _("Proofread")
    if destination in DESCRIPTIONS:
        return "Meta description", _("Suggest a search description")
    if destination in TITLES:
        return "Title", _("Suggest a title")
    if destination in SUMMARY_FIELDS:
        return "Summary", _("Suggest a summary")
    return "Summary", _("Suggest “%(field)s”") % {"field": field_label(model, destination)[:80]}


def _template(name: str, user: User) -> PromptTemplate:
    """Return the starter template, or any other if it is missing and the user may not add it."""
    template = PromptTemplate.objects.filter(name=name).first()
    if template is None and PROMPT_TEMPLATE_POLICY.user_has_permission(user, "add"):
        create_missing_starters(user)
        template = PromptTemplate.objects.filter(name=name).first()
    template = template or PromptTemplate.objects.first()
    if template is None:
        raise LookupError(_("there is no prompt template, and you may not add one"))
    return template


def _free_label(label: str, content_type: ContentType, destination: str) -> str:
    same = LLMAction.objects.filter(model_type=content_type, destination=destination)
    taken = set(same.values_list("label", flat=True))
    number, free = 1, label
    while free in taken:
        number += 1
        free = f"{label} {number}"
    return free
