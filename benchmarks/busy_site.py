"""A busy site's people, actions and pages, in as few statements as possible."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from wagtail.models import Locale, Page

from example_site.blog.models import Author, BlogPage
from tests.factories import BlogIndexPageFactory, LLMActionFactory, PromptTemplateFactory
from wagtail_llm_actions.conf import get_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import Model

    from wagtail_llm_actions.models import LLMAction

Item = TypeVar("Item")
Row = dict[str, Any]

ACTIONS, MODELS, USERS, PAGES, AUTHORS = 40, 15, 400, 20_000, 500
FIRST_PAGE_ID = 1_000
BATCH = 2_000
WORDS = (
    "harbour", "tide", "boats", "morning", "ferry", "captain", "storm", "lighthouse", "council", "repair",
    "budget", "season", "island", "visitors", "festival", "market", "museum", "bridge", "school", "library",
    "garden", "concert", "autumn", "winter", "summer",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Site:
    """What runs are of."""

    users: Sequence[int]
    actions: Sequence[LLMAction]
    models: Sequence[str]
    """The keys of models; those of the settings first, then models that the settings had before."""
    pages: Sequence[tuple[str, str]]
    """Primary keys as text, and titles."""
    authors: Sequence[tuple[str, str]]


def batches(rows: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield the rows in lists of ``BATCH``."""
    iterator = iter(rows)
    return iter(lambda: list(islice(iterator, BATCH)), [])


def insert(model: type[Model], rows: Iterable[Row]) -> None:
    """Insert rows, all with the same columns; the others get their defaults. Sends no signals.

    Django's ``bulk_create`` knows no child of another model, and takes three times as long.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    for batch in batches(rows):
        # Without a primary key that the database counts up: PostgreSQL takes no null for it.
        fields = [
            field
            for field in model._meta.local_concrete_fields
            if field.attname in batch[0] or not field.primary_key
        ]
        defaults = [field.get_db_prep_save(field.get_default(), connection) for field in fields]
        columns = ", ".join(quote(str(field.column)) for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608
        prepared = [
            [
                field.get_db_prep_save(row[field.attname], connection)
                if field.attname in row
                else default
                for field, default in zip(fields, defaults, strict=True)
            ]
            for row in batch
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(sql, prepared)


def make_site() -> Site:
    """Insert users, actions and pages; the first user and the first action have a tenth of the runs."""
    users = [
        User(username=f"editor-{n}", first_name="Editor", last_name=f"{n}") for n in range(USERS)
    ]
    User.objects.bulk_create(users)
    names = [f"editor-{n}" for n in range(USERS)]
    insert(
        Author, ({"id": n, "name": f"Author {n}", "bio": "Writes."} for n in range(1, AUTHORS + 1))
    )
    configured = list(get_settings().models)[:MODELS]
    keys = [*configured, *(f"former model {n}" for n in range(MODELS - len(configured)))]
    template = PromptTemplateFactory()
    author_type = ContentType.objects.get_for_model(Author)
    of_authors = {"model_type": author_type, "source": "bio", "destination": "tagline"}
    return Site(
        users=list(
            User.objects.filter(username__in=names).order_by("pk").values_list("pk", flat=True)
        ),
        actions=[
            LLMActionFactory(
                label=f"Action {n}",
                model=keys[n % len(keys)],
                prompt_template=template,
                candidate_count=3 if n in {5, 6} else 1,
                **(of_authors if n % 10 == 9 else {}),  # noqa: PLR2004 - a tenth
            )
            for n in range(ACTIONS)
        ],
        models=keys,
        pages=_insert_pages(),
        authors=[(str(n), f"Author {n}") for n in range(1, AUTHORS + 1)],
    )


def _insert_pages() -> list[tuple[str, str]]:

    journal = BlogIndexPageFactory(title="Journal of reports", slug="reports")
    titles = {
        FIRST_PAGE_ID + n: f"Post {n} about the {WORDS[n % len(WORDS)]}" for n in range(PAGES)
    }
    common = {
        "depth": journal.depth + 1,
        "locale_id": Locale.get_default().pk,
        "content_type_id": ContentType.objects.get_for_model(BlogPage).pk,
        "draft_title": "",
        "latest_revision_created_at": datetime.now(UTC),
    }
    insert(
        Page,
        (
            {
                **common,
                "id": pk,
                "path": Page._get_path(journal.path, journal.depth + 1, number),
                "translation_key": uuid.uuid4(),
                "title": title,
                "slug": f"post-{pk}",
                "url_path": f"{journal.url_path}post-{pk}/",
            }
            for number, (pk, title) in enumerate(titles.items(), start=1)
        ),
    )
    insert(BlogPage, ({"page_ptr_id": pk, "intro": "<p>The tide came in.</p>"} for pk in titles))
    Page.objects.filter(pk=journal.pk).update(numchild=PAGES)
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Page]):
            cursor.execute(statement)
    return [(str(pk), title) for pk, title in titles.items()]
