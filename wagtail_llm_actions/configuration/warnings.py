"""Configuration warnings: an action can be saved, but probably will not work as intended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db.models import Field
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.fields import (
    RENDERED,
    adapter_at,
    find_destination,
    goes_with,
    image_at,
    is_image,
    is_source,
)
from wagtail_llm_actions.prompts.rendering import used_variables
from wagtail_llm_actions.prompts.variables import FIELDS
from wagtail_llm_actions.runs.findings import sees_images
from wagtail_llm_actions.runs.request.variables import (
    field_label,
    field_text,
    max_length,
    summary_field,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.models import LLMAction

MARKUP = re.compile(
    r"html|markdown|wysiwyg|tinymce|ckeditor|summernote|quill|martor|mdeditor|(?:^|_)md(?:_|$)",
    re.IGNORECASE,
)
"""In the names of fields, their classes and their widgets, and of the packages they come from."""
READ_OWN_FIELD = gettext_lazy(
    "An action that rewrites the texts of blocks has to read them: choose the same field, or one kind of "
    "its blocks, as the source."
)
SAMPLE = 100
FEW_TOKENS = 50
"""Barely two sentences."""
CHARS_PER_TOKEN = 4
"""Of English text, as OpenAI's and Anthropic's guides say."""


def configuration_warnings(llm_action: LLMAction) -> list[str]:
    """Return one sentence for each warning; usually none.

    Reads up to 100 of the newest objects of the action's type.
    """
    return [
        *field_warnings(llm_action),
        *_markup_warnings(llm_action),
        *_source_warnings(llm_action),
        *_template_warnings(llm_action),
        *model_warnings(llm_action),
    ]


def field_warnings(llm_action: LLMAction) -> Iterator[str]:
    """Yield a sentence for each field of the action that its type does not have any more.

    These are its destination and source, and the fields that its prompt template reads; no object is
    read for it.
    """
    model: Any = llm_action.model_type.model_class()
    if model is None:
        yield _("The page or snippet type does not exist any more.")
        return
    facts = {"type": capfirst(str(model._meta.verbose_name))}
    destination, source = llm_action.destination, llm_action.source
    adapter = adapter_at(model, destination)
    if adapter is None or not adapter.is_destination:
        yield _("“%(type)s” has no field “%(field)s” to write to.") % {
            **facts,
            "field": destination,
        }
    if not is_source(model, source):
        yield _("“%(type)s” has no field “%(field)s” to read.") % {**facts, "field": source}
    elif not goes_with(model, source, destination):
        yield str(READ_OWN_FIELD)
    for name in sorted(_used_variables(llm_action)):
        if name.startswith(f"{FIELDS}."):
            is_there = is_source(model, name.removeprefix(f"{FIELDS}."))
        else:
            is_there = name != "post_summary" or bool(summary_field(model))
        if not is_there:
            yield _(
                "“%(type)s” has nothing for {{ %(variable)s }}, which the prompt template uses."
            ) % {**facts, "variable": name}


def _markup_warnings(llm_action: LLMAction) -> Iterator[str]:
    model: Any = llm_action.model_type.model_class()
    place = find_destination(model, llm_action.destination) if model else None
    # A relation has no text of its own.
    if place is None or not isinstance(place.field, Field):
        return
    if holds_markup(place.field):
        yield _(
            "“%(field)s” seems to be shown as HTML or Markdown. What a model writes can hold links, "
            "images and scripts: make sure that the site cleans the field where it shows it."
        ) % {"field": field_label(model, llm_action.destination)}


def holds_markup(field: Field[Any, Any]) -> bool:
    """Return whether a text field probably holds HTML or Markdown, to judge by its names."""
    form_field = field.formfield()
    kinds = [type(field), *([type(form_field.widget)] if form_field else [])]
    names = (field.name, *(f"{kind.__module__}.{kind.__name__}" for kind in kinds))
    return any(map(MARKUP.search, names))


def _used_variables(llm_action: LLMAction) -> frozenset[str]:
    """Return the variables of the prompt template; none where it has an error."""
    template = llm_action.prompt_template
    try:
        return frozenset(
            used_variables(template.text) | used_variables(template.system_instructions)
        )
    except InvalidInput:
        return frozenset()


def _source_warnings(llm_action: LLMAction) -> Iterator[str]:
    model: Any = llm_action.model_type.model_class()
    if model is None:
        return
    has_content = image_at if is_image(model, llm_action.source) else field_text
    # Rendering so many pages takes long, and a page is never empty.
    is_readable = is_source(model, llm_action.source) and llm_action.source != RENDERED
    newest = list(model._default_manager.order_by("-pk")[:SAMPLE]) if is_readable else []
    empty = sum(not has_content(instance, llm_action.source) for instance in newest)
    if 2 * empty > len(newest):
        yield _("“%(field)s” is empty on %(empty)d of the newest %(count)d %(type)s.") % {
            "field": field_label(model, llm_action.source),
            "empty": empty,
            "count": len(newest),
            "type": model._meta.verbose_name_plural,
        }
    limit = max_length(model, llm_action.destination)
    chars = CHARS_PER_TOKEN * llm_action.max_tokens
    too_few = chars * 2 < limit if limit else llm_action.max_tokens < FEW_TOKENS
    if too_few:
        yield _(
            "%(tokens)d max tokens are about %(chars)d characters, which is little for “%(field)s”."
        ) % {
            "tokens": llm_action.max_tokens,
            "chars": chars,
            "field": field_label(model, llm_action.destination),
        }


def _template_warnings(llm_action: LLMAction) -> Iterator[str]:
    template = llm_action.prompt_template
    try:
        used = used_variables(template.text) | used_variables(template.system_instructions)
    except InvalidInput:
        yield _("The prompt template has an error.")
        return
    model: Any = llm_action.model_type.model_class()
    if "input" not in used and not (model and is_image(model, llm_action.source)):
        yield _("The prompt template never uses {{ input }}, so the source field is not sent.")


def model_warnings(llm_action: LLMAction) -> Iterator[str]:
    """Yield a sentence for each model that is not configured, was shut down, or does not see the source."""
    model_class: Any = llm_action.model_type.model_class()
    sends_image = model_class is not None and is_image(model_class, llm_action.source)
    for key in filter(
        None, (llm_action.model, llm_action.fallback_model, llm_action.cheaper_model)
    ):
        model = get_settings().models.get(key)
        if model is None:
            yield _("The model “%(model)s” is not configured.") % {"model": key}
        elif model.retired_on:
            yield capfirst(
                _("%(model)s was shut down by its vendor; another model answers in its place.")
                % {"model": model.deprecated_name}
            )
        if model is not None and sends_image and not sees_images(model):
            yield _("%(model)s cannot see images, and the source of this action is one.") % {
                "model": model.label
            }
