"""Turn the values of a file into values of this site, and check that they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wagtail_llm_actions.compat import page_model
from wagtail_llm_actions.configuration.target_models import target_models
from wagtail_llm_actions.configuration.warnings import READ_OWN_FIELD
from wagtail_llm_actions.fields import adapter_at, goes_with, is_source
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.transfer.fixture import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.db import models

    from wagtail_llm_actions.models import PromptTemplate

    Field = models.Field[Any, Any]
    Templates = Mapping[str, PromptTemplate]


def resolve(
    model: type[models.Model], values: dict[str, Any], templates: Templates
) -> tuple[dict[str, Any], list[str]]:
    """Return the values that fit as an instance holds them, and a sentence for each other one.

    Args:
        model: One of the two models that are transferred.
        values: The values of the file by field name.
        templates: The templates of the file by name; they need not be saved yet.
    """
    fields = fields_of(model)
    resolved: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in values.items():
        if name not in fields:
            problems.append(_("There is no setting “%(name)s” here.") % {"name": name})
            continue
        try:
            resolved[name] = _value(fields[name], value, templates)
        except ValidationError as error:
            problems += error.messages
        except (TypeError, OverflowError):
            problems.append(_("“%(name)s” has a value of the wrong kind.") % {"name": name})
    return resolved, problems


def check(instance: models.Model, problems: list[str]) -> None:
    """Check an instance as its form would; its prompt template need not be saved yet.

    Raises:
        ValidationError: With the sentences of ``problems`` and of what else is wrong.
    """
    problems = [*problems, *_target_problems(instance)]
    if problems:
        raise ValidationError(problems)
    fields = fields_of(type(instance))
    unsaved = {"prompt_template"} & instance._state.fields_cache.keys()
    try:
        instance.full_clean(exclude=unsaved)
    except ValidationError as error:
        raise ValidationError(
            [
                f"{field_label(fields[name])}: {message}" if name in fields else message
                for name, messages in error.message_dict.items()
                for message in messages
            ]
        ) from None


def field_label(field: Field) -> str:
    """Return the label of a field as forms show it."""
    return str(capfirst(str(field.verbose_name)))


def _value(field: Field, value: Any, templates: Templates) -> Any:
    """Return the value that an instance holds for a value of a file: related objects, a page's id.

    Raises:
        ValidationError: What the value names does not exist here.
        TypeError, OverflowError: The value is of the wrong kind.
    """
    if field.many_to_many:
        if len({str(key) for key in value}) != len(value):
            raise TypeError
        return [_related(field, key) for key in value]
    if field.is_relation:
        is_in_file = field.name == "prompt_template" and value in [[name] for name in templates]
        return templates[value[0]] if is_in_file else _related(field, value)
    if field.name == "offered_below" and value:
        # Several pages have the same path where sites or locales have root pages of their own.
        pages = page_model().objects.filter(url_path=value)[:2]
        if len(pages) != 1:
            raise ValidationError(_("There is no page at “%(path)s” here.") % {"path": value})
        return str(pages[0].pk)
    return _plain(field, value)


def _related(field: Field, key: Any) -> Any:
    model: Any = field.related_model
    if not isinstance(key, list) or not all(isinstance(part, str) for part in key):
        raise TypeError
    try:
        return model._default_manager.get_by_natural_key(*key)
    except ObjectDoesNotExist:
        kind = model._meta.verbose_name if field.many_to_many else field.verbose_name
        names = {"kind": kind, "name": ".".join(key)}
        raise ValidationError(_("There is no %(kind)s “%(name)s” here.") % names) from None


def _plain(field: Field, value: Any) -> Any:
    if value is None and field.null:
        return None
    try:
        plain = field.to_python(value)
    except ValidationError:
        raise TypeError from None
    # The conversion is lenient: it makes a number of "1", and a text of anything.
    if value is None or plain != value or isinstance(plain, bool) != isinstance(value, bool):
        raise TypeError
    return plain


def _target_problems(instance: models.Model) -> Iterator[str]:
    """Yield what the page or snippet type of an action lacks for it."""
    if not isinstance(instance, LLMAction) or not instance.model_type_id:
        return
    model = instance.model_type.model_class()
    if model is None or model not in target_models():
        key = ".".join(instance.model_type.natural_key())
        yield _("There is no page or snippet type “%(name)s” here.") % {"name": key}
        return
    for name, writes, message in (
        (instance.destination, True, _("“%(type)s” has no field “%(name)s” to write to.")),
        (instance.source, False, _("“%(type)s” has no field “%(name)s” to read.")),
    ):
        adapter = adapter_at(model, name)
        if not (
            adapter is not None and adapter.is_destination if writes else is_source(model, name)
        ):
            yield message % {"type": capfirst(str(model._meta.verbose_name)), "name": name}
    if not goes_with(model, instance.source, instance.destination):
        yield str(READ_OWN_FIELD)
