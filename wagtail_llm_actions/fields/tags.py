"""Tags: those that exist are used again, and new ones are marked as new before they are accepted."""

from __future__ import annotations

import json
from functools import partial, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from taggit.managers import TaggableManager
from wagtail.admin.widgets import AdminTagWidget  # noqa: TID251 - the writer is for this widget

from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.fields.base import FieldAdapter
from wagtail_llm_actions.fields.contract import Contract, help_text_of
from wagtail_llm_actions.fields.parsing.choices import listed
from wagtail_llm_actions.fields.parsing.items import lines, split
from wagtail_llm_actions.fields.relation import related
from wagtail_llm_actions.fields.scalar import added, form_field_of
from wagtail_llm_actions.fields.values import series
from wagtail_llm_actions.scripts import script_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from django import forms
    from django.db import models

MAX_LISTED = 200
"""Of the existing tags, those that are used most."""
MAX_TAGS = 100
"""Of an answer; more are no choice any more."""
_AROUND = " \t\n.\"'#“”„«»`*"


class TagsAdapter(FieldAdapter):
    """Tags of taggit, in Wagtail's widget."""

    writer = script_path("fields/tags.js")
    is_prose = False

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` holds tags."""
        return isinstance(field, TaggableManager)

    def read(self, instance: models.Model, field: Any) -> str:
        """Return the names of the tags in the order of the alphabet."""
        return series(sorted(str(tag) for tag in related(instance, field.name)))

    def destination(self, field: Any) -> Destination:
        """Return that answers are lists of names, and the names that exist."""
        form_field: Any = form_field_of(field)
        kind = "tags" if form_field.free_tagging else "existing tags"
        limit = f", at most {_limit()}" if _limit() else ""
        words = "" if _takes_spaces() else ", each a single word"
        return Destination(
            format=f"{kind}, separated by commas{limit}{words}",
            vocabulary=partial(_vocabulary, field, is_free=form_field.free_tagging),
            help_text=help_text_of(field),
            schema=lambda: {"type": "array", "items": {"type": "string"}},
        )

    def contract(self, field: Any) -> Contract:
        """Return that each name has to be one that an editor could enter."""

        def check(text: str) -> None:
            find_tags(text, form_field_of(field))

        return Contract(destination=self.destination(field), validators=[check], is_value=True)

    def to_form_value(
        self,
        text: str,
        form_field: forms.Field,
        *,
        current: str,
        mode: str,
        targets: Collection[str],
    ) -> tuple[str, str]:
        """Return the names of all tags, as JSON, and those of the answer, the new ones marked."""
        found = find_tags(text, form_field)
        names = added(list(found), current, mode)
        _check_count(names)
        shown = (
            format_html("<b>{} ({})</b>", name, _("new")) if is_new else escape(name)
            for name, is_new in found.items()
        )
        return json.dumps(names), mark_safe(", ".join(shown))  # noqa: S308 - each is escaped

    def supports_widget(self, widget: forms.Widget) -> bool:
        """Return whether the widget is Wagtail's own."""
        return isinstance(widget, AdminTagWidget)


def find_tags(text: str, form_field: Any) -> dict[str, bool]:
    """Return the names that a text lists, each with whether no tag has it yet.

    A name that differs from that of a tag in upper and lower case is that tag.

    Raises:
        ValidationError: A name is too long, has spaces where none are allowed, or is new where only
            tags that exist are allowed; or there are too many.
    """
    names = dict.fromkeys(_names(text))
    _check_count(names)
    # The forms of images and documents have taggit's form field, and only Wagtail's widget.
    tag_model = getattr(form_field, "tag_model", None) or form_field.widget.tag_model
    is_free = getattr(form_field, "free_tagging", getattr(tag_model, "free_tagging", True))
    known = {name.casefold(): name for name in _existing(names, tag_model)}
    found = {known.get(name.casefold(), name): name.casefold() not in known for name in names}
    new = [name for name, is_new in found.items() if is_new]
    if new and not is_free:
        raise _refusal(_("No such tag exists: %(names)s. Only existing tags can be used."), new)
    if spaced := [name for name in new if " " in name and not _takes_spaces()]:
        raise _refusal(_("A tag has to be a single word: %(names)s."), spaced)
    max_length = tag_model._meta.get_field("name").max_length
    if long := [name for name in new if len(name) > max_length]:
        raise _refusal(_("Too long for a tag: %(names)s."), long)
    return found


def _names(text: str) -> Iterator[str]:
    """Yield each name once, whatever its case. Commas and quotation marks are no part of names."""
    seen = set()
    for line in lines(text):
        for item in split(line):
            name = " ".join(item.replace('"', " ").replace(",", " ").strip(_AROUND).split())
            if name and name.casefold() not in seen:
                seen.add(name.casefold())
                yield name


def _existing(names: Iterable[str], tag_model: Any) -> list[str]:
    if not names:
        return []
    alike = reduce(or_, (Q(name__iexact=name) for name in names))
    # Where several are alike, the one that is written as in the answer comes last, and is used.
    existing = tag_model._default_manager.filter(alike).values_list("name", flat=True)
    return sorted(existing, key=lambda name: (name in names, name))


def _vocabulary(field: Any, *, is_free: bool) -> str:
    """Return a sentence with the tags that exist, those of this field that are used most first."""
    used = field.remote_field.through._default_manager.values_list("tag__name")
    most = [name for name, _uses in used.annotate(uses=Count("pk")).order_by("-uses")[:MAX_LISTED]]
    others = field.related_model._default_manager.exclude(name__in=most).order_by("name")
    names = [*most, *others.values_list("name", flat=True)[: MAX_LISTED - len(most)]]
    if not names:
        return ""
    preference = "Prefer tags that exist" if is_free else "The tags that exist are"
    return f"{preference}: {listed(names)}."


def _check_count(names: Collection[str]) -> None:
    limit = _limit() or MAX_TAGS
    if len(names) > limit:
        message = _("The field takes at most %(limit)d tags, and there are %(count)d.")
        raise ValidationError(message, params={"limit": limit, "count": len(names)})


def _limit() -> int | None:
    limit: int | None = getattr(settings, "WAGTAIL_TAG_LIMIT", None)
    return limit


def _takes_spaces() -> bool:
    return bool(getattr(settings, "WAGTAIL_TAG_SPACES_ALLOWED", True))


def _refusal(message: str, names: Sequence[str]) -> ValidationError:
    return ValidationError(message, params={"names": ", ".join(names)[:300]})
