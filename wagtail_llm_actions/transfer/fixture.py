"""Actions and prompt templates as a Django fixture, with natural keys in place of ids."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from django.core import serializers
from django.utils.translation import gettext as _

from wagtail_llm_actions.compat import page_model
from wagtail_llm_actions.models import LLMAction, PromptTemplate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models

Entry: TypeAlias = dict[str, Any]
"""An object in a file: ``model``, which is a label, and ``fields``."""

MAX_BYTES = 1_000_000
MAX_ENTRIES_OF_REQUEST = 200
"""Of a file that is imported inside a request: a new object takes about 40 queries."""
MAX_ENTRIES_OF_JOB = 2_000
"""Of a file that the admin imports; to show what it would change takes three queries for each."""
MODELS: dict[str, type[models.Model]] = {
    model._meta.label_lower: model for model in (PromptTemplate, LLMAction)
}
"""The models that a file may hold, by label; templates first, because actions refer to them."""
_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class TransferError(Exception):
    """An import that cannot be done; its text is a sentence for people."""


def fields_of(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    """Return the editable fields of a model by name."""
    fields = (*model._meta.concrete_fields, *model._meta.many_to_many)
    return {field.name: field for field in fields if field.editable and not field.primary_key}


def serialize(instances: Iterable[models.Model]) -> list[Entry]:
    """Return the entries of instances. The page an action is offered below goes by its path."""
    text = serializers.serialize(
        "json",
        instances,
        fields={name for model in MODELS.values() for name in fields_of(model)},
        use_natural_foreign_keys=True,
        use_natural_primary_keys=True,
    )
    entries: list[Entry] = json.loads(text)
    actions = [entry["fields"] for entry in entries if MODELS[entry["model"]] is LLMAction]
    page_ids = {action["offered_below"] for action in actions} - {""}
    pages = page_model().objects.filter(pk__in=page_ids).values_list("pk", "url_path")
    paths = {"": ""} | {str(pk): path for pk, path in pages}
    for action in actions:
        # The id of a deleted page must not become "", which means everywhere.
        action["offered_below"] = paths.get(action["offered_below"], f"#{action['offered_below']}")
        action["groups"].sort()
    return entries


def export_fixture() -> str:
    """Return all prompt templates and actions as JSON, indented for people and version control."""
    actions = LLMAction.objects.select_related("model_type", "prompt_template")
    entries = serialize([*PromptTemplate.objects.all(), *actions])
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def read_fixture(content: bytes | str, *, max_entries: int | None = None) -> list[Entry]:
    """Parse an untrusted file that may hold objects of our two models, and nothing else.

    Args:
        content: Of the file; a text is encoded in UTF-8.
        max_entries: How many objects it may hold; ``None`` for any number.

    Raises:
        TransferError: It is larger than ``MAX_BYTES``, not JSON in UTF-8, or no such file, or it
            holds more than ``max_entries``.
    """
    try:
        raw = content if isinstance(content, bytes) else content.encode()
        if len(raw) > MAX_BYTES:
            raise TransferError(_("The file is larger than 1 MB."))
        text = raw.decode("utf-8-sig")
        data = json.loads(text, parse_constant=_reject_constant)
        # An unpaired surrogate is valid JSON, but has no UTF-8 encoding.
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise TransferError(_("The file is not JSON in UTF-8.")) from None
    if _ESCAPED_NUL.search(text):
        raise TransferError(_("The file has a character that no database stores."))
    if not isinstance(data, list) or not all(_is_entry(entry) for entry in data):
        raise TransferError(_("The file is not an export of LLM actions."))
    if max_entries is not None and len(data) > max_entries:
        message = _(
            "The file has %(count)d actions and prompt templates. This page imports up to "
            "%(limit)d. For more, ask a developer to run this on the server, with the name of the "
            "file: manage.py llm_actions_import FILE"
        )
        raise TransferError(message % {"count": len(data), "limit": max_entries})
    return data


def _is_entry(data: object) -> bool:
    return (
        isinstance(data, dict)
        and data.keys() == {"model", "fields"}
        and isinstance(data["model"], str)
        and data["model"] in MODELS
        and isinstance(data["fields"], dict)
    )


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(constant)
