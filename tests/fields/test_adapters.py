"""What an adapter takes, and what it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import models

from example_site.blog.models import Author, BlogPage
from tests.factories import BlogPageFactory
from tests.fields.hostile import REFUSED
from tests.notices.models import Notice
from wagtail_llm_actions import fields
from wagtail_llm_actions.fields import base
from wagtail_llm_actions.fields.rich_text import RichTextAdapter
from wagtail_llm_actions.fields.text import TextAdapter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def adapter_of(model: type[models.Model], name: str) -> type[fields.FieldAdapter] | None:
    adapter = fields.adapter_for(model._meta.get_field(name))
    return type(adapter) if adapter else None


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (BlogPage, "title"),
        (BlogPage, "subtitle"),
        (BlogPage, "summary"),
        (BlogPage, "seo_title"),
        (BlogPage, "search_description"),
        (Author, "bio"),
    ],
)
def test_free_text_is_read_and_written(model: type[models.Model], name: str) -> None:
    assert adapter_of(model, name) is TextAdapter
    assert TextAdapter().is_destination


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (BlogPage, "slug"),
        (BlogPage, "date"),
        (BlogPage, "tags"),
        (BlogPage, "show_in_menus"),
        (Notice, "kind"),
        (Notice, "code"),
        (Notice, "link"),
        (Notice, "contact"),
        (Notice, "validations"),
    ],
)
def test_values_are_read_and_written(model: type[models.Model], name: str) -> None:
    adapter = fields.adapter_for(model._meta.get_field(name))

    assert adapter is not None
    assert adapter.is_destination
    assert adapter.is_converted
    assert not adapter.is_prose


def test_rich_text_is_read_and_written() -> None:
    assert adapter_of(BlogPage, "intro") is RichTextAdapter
    assert RichTextAdapter().is_destination


def test_what_a_form_does_not_show_itself_is_only_read() -> None:
    adapter = fields.adapter_for(BlogPage._meta.get_field("tagged_items"))

    assert adapter is not None
    assert not adapter.is_destination


@pytest.mark.parametrize(("model", "name"), [(Author, "posts"), (Notice, "translation_key")])
def test_what_no_form_has_is_no_source(model: type[models.Model], name: str) -> None:
    assert adapter_of(model, name) is None


def test_text_is_read_without_white_space_around_it() -> None:
    author = Author(bio="  Writes.\n\nSlowly. \n")

    assert fields.read(author, "bio") == "Writes.\n\nSlowly."


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        (
            "<h2>Boats</h2><ul><li>One</li><li>Two</li></ul><p>Fish &amp; chips</p>",
            "## Boats\n\n- One\n- Two\n\nFish & chips",
        ),
        (
            '<h2 data-block-key="a">Low tide</h2><p>Boats &amp; <b>ropes</b><br/>dry.</p>',
            "## Low tide\n\nBoats & **ropes**\ndry.",
        ),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<p>10<sup>6</sup> H<sub>2</sub>O</p>", "10⁶ H₂O"),
        ("<p>Le 1<sup>er</sup> mai</p>", "Le 1er mai"),
        (
            "<p><b>Low</b><b> </b>tide<i> <b> </b></i>and<sup></sup> boats</p>",
            "**Low** tide and boats",
        ),
        ("<ol><li>One</li><li>Two</li></ol>", "1. One\n2. Two"),
        (
            '<p><a href="https://tides.example/">Tides</a> and <i>boats</i></p>',
            "[Tides](https://tides.example/) and *boats*",
        ),
        ('<p><a linktype="page" id="999999">Gone</a></p>', "Gone"),
        ("<p>A_b *c* 1. # &lt;d&gt;</p>", "A_b *c* 1. # <d>"),
        ("<blockquote>Ahoy.</blockquote><p>He said.</p>", "> Ahoy.\n\nHe said."),
        ("<p>Before</p><hr/><p>After</p>", "Before\n\n---\n\nAfter"),
        (
            '<p>Before</p><embed embedtype="image" id="1" alt="A boat" format="left"/><p>After</p>',
            "Before\n\n![A boat]\n\nAfter",
        ),
        ('<p>Before</p><embed embedtype="image" id="1"/><p>After</p>', "Before\n\nAfter"),
        (
            '<embed embedtype="media" url="https://video.example/1"/><p>After</p>',
            "<https://video.example/1>\n\nAfter",
        ),
    ],
)
def test_rich_text_is_read_as_markdown(html: str, markdown: str) -> None:
    assert fields.read(BlogPage(intro=html), "intro") == markdown


def test_links_to_pages_are_read_with_their_addresses_by_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    pages = BlogPageFactory.create_batch(4)
    links = "".join(f'<p><a linktype="page" id="{page.pk}">See</a></p>' for page in pages)
    fields.read(BlogPage(intro=links), "intro")

    with django_assert_num_queries(2):
        read = fields.read(BlogPage(intro=links), "intro")

    assert read == "\n\n".join(f"[See]({page.url})" for page in pages)


@pytest.mark.parametrize("html", REFUSED.values(), ids=REFUSED.keys())
def test_rich_text_with_too_much_markup_is_not_converted(html: str) -> None:
    with pytest.raises(LookupError):
        fields.read(BlogPage(intro=html), "intro")


@pytest.mark.parametrize("text", ["word ", "&nbsp;", "&amp; "])
def test_rich_text_is_read_as_far_as_a_prompt_can_hold_it(settings: Any, text: str) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"MAX_PROMPT_CHARS": 5_000}
    short = fields.read(BlogPage(intro=f"<p>{text * 100}end</p>"), "intro")

    long = fields.read(BlogPage(intro=f"<p>{text * 400_000}end</p>"), "intro")

    assert short.endswith("end")
    assert len(long) < 10_000


@pytest.mark.parametrize("values", [{"intro": ""}, {"intro": "<p> </p>"}, {"intro": None}])
def test_rich_text_without_words_reads_as_empty(values: dict[str, str | None]) -> None:
    assert fields.read(BlogPage(**values), "intro") == ""


@pytest.mark.parametrize("values", [{"summary": ""}, {"summary": " \n"}, {"summary": None}])
def test_text_without_words_reads_as_empty(values: dict[str, str | None]) -> None:
    assert fields.read(BlogPage(**values), "summary") == ""


@pytest.mark.parametrize(
    "name", ["missing", "summary__x", "summary.x", "body:missing", "body.quote", "tagged_items.x"]
)
def test_reading_what_is_not_there_is_a_lookup_error(name: str) -> None:
    with pytest.raises(LookupError):
        fields.read(BlogPage(), name)


class DateAdapter(fields.FieldAdapter):
    """What a site could add."""

    def accepts(self, field: models.Field[Any, Any]) -> bool:
        return isinstance(field, models.DateField) or field.name == "summary"

    def read(self, instance: models.Model, field: Any) -> str:
        return f"<{field.value_from_object(instance)}>"


@pytest.fixture
def date_adapter() -> Iterator[None]:
    before = list(base._adapters)
    fields.register(DateAdapter())
    yield
    base._adapters[:] = before
    base.adapter_for.cache_clear()


@pytest.mark.usefixtures("date_adapter")
def test_an_adapter_of_the_site_adds_fields_and_wins_over_ours() -> None:
    page = BlogPage(date="2026-11-22", summary="Words")

    assert fields.read(page, "date") == "<2026-11-22>"
    assert fields.read(page, "summary") == "<Words>"
