"""Create a first action from what a site has: fields of a type, a starter template, a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.db import models, transaction
from django.utils.translation import gettext as _
from wagtail.fields import RichTextField, StreamField
from wagtail.log_actions import log

from wagtail_llm_actions.admin.actions.field_choices import model_fields
from wagtail_llm_actions.admin.labels import model_type_label
from wagtail_llm_actions.compat import content_types_of, is_image_model
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.configuration.starters import create_missing_starters
from wagtail_llm_actions.configuration.target_models import target_models
from wagtail_llm_actions.fields import find, is_image
from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.permissions.policies import PROMPT_TEMPLATE_POLICY
from wagtail_llm_actions.runs.findings import models_that_see_images
from wagtail_llm_actions.runs.request.variables import (
    SUMMARY_FIELDS,
    field_label,
    field_text,
    max_length,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.contrib.contenttypes.models import ContentType

    from wagtail_llm_actions.admin.actions.field_choices import ModelFields
    from wagtail_llm_actions.permissions import User

DESCRIPTIONS = ("search_description",)
TITLE_WORDS = {"title", "headline", "heading"}
"""The last words of the names of fields that hold a title: ``title``, ``seo_title``."""
NAME_WORDS = TITLE_WORDS | {"name", "label"}
SHORT_TEXT_CHARS = range(120, 501)
"""The limits of fields that are short texts by their size, whatever their name."""
ALTERNATIVES = ("alt_text", "alt", "description")
"""Fields of an image that hold its alternative text."""
IMAGE_SOURCE = "file"
SAMPLE = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What the first action of a page or snippet type would be, or why there is none."""

    content_type: ContentType
    destination: str = ""
    source: str = ""
    problem: str = ""

    @property
    def label(self) -> str:
        """The type and, where an action can be created, its fields by their labels."""
        label = model_type_label(self.content_type)
        model = self.content_type.model_class()
        if self.problem or model is None:
            return label
        return _("%(type)s: %(destination)s, from %(source)s") % {
            "type": label,
            "destination": field_label(model, self.destination),
            "source": field_label(model, self.source),
        }


def drafts() -> list[Draft]:
    """Return a draft for each page and snippet type."""
    types = content_types_of(target_models())
    return [_draft(model, content_type) for model, content_type in types.items()]


def _draft(model: type[models.Model], content_type: ContentType) -> Draft:
    try:
        destination, source = choose_fields(model, model_fields(model))
    except LookupError as error:
        return Draft(content_type=content_type, problem=error.args[0])
    return Draft(content_type=content_type, destination=destination, source=source)


def choose_fields(model: type[models.Model], fields: ModelFields) -> tuple[str, str]:
    """Return the destination and the source: the same field only where no other fits.

    Args:
        model: A page or snippet model; up to 20 of its newest objects are read to find the longest
            text.
        fields: Those of its fields that an action may read and write.

    Raises:
        LookupError: No action would make sense; the argument is a sentence.
    """
    if fields.problem:
        raise LookupError(fields.problem)
    destinations = [name for name, _label in fields.destinations if _is_prose(model, name)]
    if is_image_model(model):
        alternative = next(name for name in (*ALTERNATIVES, *destinations) if name in destinations)
        return alternative, IMAGE_SOURCE
    sources = [name for name, _label in fields.sources if _is_long_text(model, name, destinations)]
    if not sources:
        raise LookupError(
            _("The form of this type has no long text, such as a text area, to start from.")
        )
    source = _longest(model, sources)
    destination = _destination(model, [name for name in destinations if name != source])
    if destination:
        return destination, source
    if source in destinations:
        return source, source
    raise LookupError(
        _("The form of this type has no field for a summary, a description or a title.")
    )


def create_first_action(draft: Draft, user: User) -> LLMAction:
    """Create an inactive action, and the starter templates if they are missing.

    Args:
        draft: One without a problem.
        user: The author of the revision and of the audit log entry.

    Raises:
        LookupError: There is no model, or no template and no right to add one.
    """
    model: Any = draft.content_type.model_class()
    configured = get_settings().models
    if not configured:
        raise LookupError(_("no model is configured"))
    see_images = models_that_see_images(configured.values())
    sends_image = is_image(model, draft.source)
    key = next((key for key in configured if not sends_image or key in see_images), None)
    if key is None:
        raise LookupError(_("no configured model sees images"))
    starter, label = _purpose(model, draft.destination, draft.source)
    with transaction.atomic():
        action = LLMAction(
            label=_free_label(label, draft.content_type, draft.destination),
            model_type=draft.content_type,
            destination=draft.destination,
            source=draft.source,
            prompt_template=_template(starter, user),
            model=key,
            is_active=False,
        )
        action.sort_order = action.next_order()
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


def _last_word(name: str) -> str:
    return name.rpartition("_")[2]


def _is_prose(model: type[models.Model], name: str) -> bool:
    place = find(model, name)
    # A block or a row is nothing to start with, nor are new blocks.
    return (
        place is not None
        and not place.part
        and place.adapter.is_prose
        and not isinstance(place.field, StreamField)
    )


def _is_long_text(model: type[models.Model], name: str, destinations: Collection[str]) -> bool:
    """Return whether a field that can be read is for paragraphs, and is neither a title nor a name."""
    place = find(model, name)
    # Not a part of a field, and not the whole form.
    if place is None or place.part:
        return False
    is_long = isinstance(place.field, (models.TextField, StreamField))
    is_stream = isinstance(place.field, StreamField)
    is_prose = name in destinations or is_stream or not place.adapter.is_destination
    is_short = name in DESCRIPTIONS or _last_word(name) in NAME_WORDS
    return is_long and is_prose and not is_short


def _longest(model: Any, names: list[str]) -> str:
    """Return the field with the most text in the newest objects; on a new site the first rich text."""
    newest = list(model._default_manager.order_by("-pk")[:SAMPLE]) if len(names) > 1 else []

    def length(name: str) -> tuple[int, bool]:
        chars = sum(len(field_text(instance, name)) for instance in newest)
        return chars, isinstance(_field(model, name), (RichTextField, StreamField))

    return max(names, key=length)


def _destination(model: type[models.Model], names: list[str]) -> str:
    """Return the field that a text made from the source fits best; empty where none does."""
    summary = next((name for name in SUMMARY_FIELDS if name in names), "")
    short = [
        name
        for name in names
        if _field(model, name).blank
        and max_length(model, name) in SHORT_TEXT_CHARS
        and _last_word(name) not in NAME_WORDS
    ]
    title = next((name for name in names if _last_word(name) in TITLE_WORDS), "")
    return summary or max(short, key=lambda name: max_length(model, name) or 0, default=title)


def _purpose(model: type[models.Model], destination: str, source: str) -> tuple[str, str]:
    """Return the name of the starter template for a field, and the label of the action."""
    if is_image(model, source):
        return "Alternative text", _("Suggest an alternative text")
    if destination == source:
        return "Proofread", _("Proofread")
    if destination in DESCRIPTIONS:
        return "Meta description", _("Suggest a search description")
    if _last_word(destination) in TITLE_WORDS:
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
