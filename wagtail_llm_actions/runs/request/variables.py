"""Resolve the variables of a prompt template from an object with its form's unsaved values."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info, override, to_locale
from wagtail.coreutils import get_content_languages, get_supported_content_language_variant
from wagtail.models import AbstractPage, Locale, Site, TranslatableMixin

from wagtail_llm_actions import fields
from wagtail_llm_actions.answers.checks.language import same_language
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.prompts.variables import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from django.db import models

    from wagtail_llm_actions.prompts.variables import Values

logger = logging.getLogger(__name__)

SUMMARY_FIELDS = ("summary", "excerpt", "intro", "introduction", "search_description")


def resolve_variables(
    instance: models.Model,
    *,
    used: Collection[str],
    source: str,
    destination: str = "",
    instruction: str = "",
    form_fields: Collection[str] | None = None,
    language: str = "",
) -> Values:
    """Return the values of the variables that a prompt template uses.

    Args:
        instance: A page or snippet, saved or not.
        used: The names of the variables; only these are read.
        source: The text of the source field.
        destination: The path of the field that the output is for; may be empty.
        instruction: What the editor typed for this run.
        form_fields: The names of the fields that the user's form shows; ``None`` for all. A field
            that is hidden from the user is not read, as it would come back in the output.
        language: The name of the language that the action asks for, if it does.

    Returns:
        A value for each name, except for fields that cannot be read.
    """
    readers: dict[str, Callable[[], str | int | None]] = {
        "input": lambda: source,
        "post_title": lambda: title(instance),
        "post_summary": lambda: _summary(instance, form_fields),
        "page.title": lambda: title(instance),
        "page.url": lambda: _url(instance),
        "page.language": lambda: language_name(language_code(instance)),
        "site.name": lambda: _site_name(instance),
        "language": lambda: language or language_name(language_code(instance)),
        "instruction": lambda: instruction,
        "max_length": lambda: max_length(type(instance), destination),
    }
    values = {name: read() for name, read in readers.items() if name in used}
    with_references = takes_references(type(instance), destination)
    for name in set(used) - readers.keys():
        path = name.removeprefix(f"{FIELDS}.")
        text = readable_text(instance, path, form_fields, with_references=with_references)
        if text is not None:
            values[name] = text
    return values


def fields_read(
    model: type[models.Model], used: Collection[str], form_fields: Collection[str] | None = None
) -> frozenset[str]:
    """Return the names of the fields that these variables read; the arguments are as above."""
    paths = {name.removeprefix(f"{FIELDS}.") for name in used if name.startswith(f"{FIELDS}.")}
    if "post_summary" in used:
        paths.add(summary_field(model))
    names = [fields.names_read(model, path, form_fields) for path in paths - {""}]
    return frozenset().union(*names)


def summary_field(model: type[models.Model]) -> str:
    """Return the name of the field that ``post_summary`` reads; empty where a model has none.

    This is the first field that exists, whether it has text or not, so that it is the same for all
    objects.
    """
    configured = get_settings().post_summary_fields.get(model._meta.label)
    names = (configured,) if configured else SUMMARY_FIELDS
    for name in names:
        if fields.adapter_at(model, name):
            return name
    return ""


def title(instance: models.Model) -> str:
    """Return the title of a page, or the string representation of a snippet; empty where that fails.

    Wagtail shows none of an object that is not saved yet, and code of the site may expect one that is.
    """
    if isinstance(instance, AbstractPage):
        return str(instance.title)
    try:
        return str(instance)
    except Exception:
        if not instance._state.adding:
            logger.exception("%s has no string representation", instance._meta.label)
        return ""


def field_label(model: type[models.Model], path: str) -> str:
    """Return a field's label as forms show it, or its path if the model has no such field."""
    return fields.label(model, path)


def field_text(instance: models.Model, path: str) -> str:
    """Return the text of a field as answers for it are written; empty if it cannot be read."""
    return item_text(instance, fields.Item(path))


def item_text(instance: models.Model, item: fields.Item) -> str:
    """Return the text that a destination holds; empty if it cannot be read."""
    try:
        return fields.read_item(instance, item)
    except LookupError:
        return ""


def max_length(model: type[models.Model], path: str) -> int | None:
    """Return the maximum length of a field in characters; ``None`` without a limit."""
    place = fields.find_destination(model, path)
    return getattr(place.field, "max_length", None) if place else None


def language_code(instance: models.Model) -> str:
    """Return the code of the language of an object: that of its locale, or else that of the site.

    The only locale of a site that is not multilingual may be English because its database was made before
    ``LANGUAGE_CODE`` was set. The language of whoever is logged in says nothing about a text.
    """
    code = _site_language()
    locale = locale_of(instance)
    if locale is None:
        return code
    is_default = same_language(locale.language_code, "en") and not same_language(code, "en")
    is_multilingual = getattr(django_settings, "WAGTAIL_I18N_ENABLED", False)
    if is_default and not is_multilingual and not has_other_locales(instance):
        return code
    return str(locale.language_code)


def _site_language() -> str:
    try:
        return str(get_supported_content_language_variant(django_settings.LANGUAGE_CODE))
    except LookupError:
        return str(django_settings.LANGUAGE_CODE)


def locale_of(instance: models.Model) -> Locale | None:
    """Return the locale of a translatable object; a model may have a field of its own with this name."""
    return getattr(instance, "locale", None) if isinstance(instance, TranslatableMixin) else None


def has_other_locales(instance: models.Model) -> bool:
    """Return whether the site has further locales than that of the object; at most one query.

    An object without a locale has no language of its own, so there is nothing to compare.
    """
    pk = instance.locale_id if isinstance(instance, TranslatableMixin) else None
    return pk is not None and Locale.objects.exclude(pk=pk).exists()


def language_name(code: str) -> str:
    """Return the English name of a language, such as German or German (de-AT); the code where it has none.

    The site names languages that Django does not know.
    """
    try:
        info = get_language_info(code.lower())
    except KeyError:
        with override("en"):
            return str(get_content_languages().get(code, code))
    is_general = info["code"] != code.lower() and code.lower() not in LANG_INFO
    variant = f" ({to_locale(code).replace('_', '-')})" if is_general else ""
    return f"{info['name']}{variant}"


def takes_references(model: type[models.Model], destination: str) -> bool:
    """Return whether a field can hold the links and images of what is read for it."""
    return bool(destination) and fields.destination_at(model, destination).has_references


def readable_text(
    instance: models.Model,
    path: str,
    form_fields: Collection[str] | None,
    *,
    with_references: bool = False,
    item: fields.Item | None = None,
) -> str | None:
    """Return the text of a field, its choices in the language of the object.

    It is ``None`` if the field cannot be read, or the form does not show it.
    """
    try:
        with override(language_code(instance)):
            return fields.read(
                instance, path, form_fields, with_references=with_references, item=item
            )
    except LookupError:
        return None


def _summary(instance: models.Model, form_fields: Collection[str] | None) -> str:
    return readable_text(instance, summary_field(type(instance)), form_fields) or ""


def _url(instance: models.Model) -> str:
    is_saved_page = isinstance(instance, AbstractPage) and not instance._state.adding
    return (instance.get_full_url() or "") if is_saved_page else ""  # type: ignore[attr-defined]


def _site_name(instance: models.Model) -> str:
    saved = isinstance(instance, AbstractPage) and not instance._state.adding
    site: Any = instance.get_site() if saved else None  # type: ignore[attr-defined]
    site = site or Site.objects.filter(is_default_site=True).first()
    return (site.site_name if site else "") or getattr(django_settings, "WAGTAIL_SITE_NAME", "")
