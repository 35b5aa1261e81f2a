"""Which fields an action can be defined for: those of the edit form, by the labels there."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from example_site.blog.models import Author, BlogPage
from tests.notices.models import Berth, Notice, Rating
from tests.voyages.models import Charter, Voyage
from wagtail_llm_actions.admin.actions.field_choices import model_fields

pytestmark = pytest.mark.django_db


def test_the_fields_of_a_page_and_of_its_blocks_are_offered_by_the_labels_and_in_the_order_of_its_form() -> (
    None
):
    offered = model_fields(BlogPage)

    assert offered.destinations == [
        ("title", "Title"),
        ("subtitle", "Subtitle"),
        ("summary", "Summary"),
        ("intro", "Introduction"),
        ("body", "Body"),
        ("body:*", "Body > the texts of its blocks"),
        ("body:heading", "Body > Heading"),
        ("body:paragraph", "Body > Paragraph"),
        ("body:quote.text", "Body > Quote > Text"),
        ("body:quote.author", "Body > Quote > Author"),
        ("body:points", "Body > Points"),
        ("date", "Published on"),
        ("tags", "Tags"),
        ("slug", "Slug"),
        ("seo_title", "Title tag"),
        ("search_description", "Meta description"),
    ]


def test_everything_in_the_form_of_a_page_is_a_source_and_so_are_its_blocks() -> None:
    offered = model_fields(BlogPage)

    assert [source for source in offered.sources if source not in offered.destinations] == [
        ("body:quote", "Body > Quote"),
        ("author", "Author"),
        ("show_in_menus", "Show in menus"),
        ("go_live_at", "Go live date/time"),
        ("expire_at", "Expiry date/time"),
        ("*", "All fields of the form"),
        ("@preview", "The rendered page"),
    ]


def test_inline_rows_and_their_fields_are_sources() -> None:
    offered = dict(model_fields(Voyage).sources)

    assert offered["gallery"] == "Pictures"
    assert offered["gallery.caption"] == "Pictures > Caption"
    assert not {"gallery.voyage", "gallery.id", "gallery.sort_order"} & offered.keys()


def test_properties_that_the_site_names_are_sources(settings: Any) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "SOURCE_PROPERTIES": {"voyages.Voyage": ["distance", "name"]}
    }

    sources = model_fields(Voyage).sources

    assert ("distance", "Distance") in sources
    assert [source for source in sources if source[0] == "name"] == [("name", "Name")]


def test_the_fields_of_a_snippet_are_those_of_its_panels() -> None:
    offered = model_fields(Author)

    assert [*offered.destinations, ("*", "All fields of the form")] == offered.sources
    assert offered.destinations == [
        ("name", "Name"),
        ("role", "Role"),
        ("bio", "Bio"),
        ("tagline", "Tagline"),
    ]


def test_the_panels_of_a_viewset_and_their_headings_count() -> None:
    offered = model_fields(Notice)

    assert ("text", "What happened") in offered.destinations
    assert "unlisted" not in dict(offered.sources)


def test_choices_and_addresses_are_destinations() -> None:
    assert {"kind", "code", "link", "contact"} <= dict(model_fields(Notice).destinations).keys()


def test_what_says_where_and_when_a_page_is_published_is_no_destination() -> None:
    offered = model_fields(BlogPage)

    assert not {"show_in_menus", "go_live_at", "expire_at"} & dict(offered.destinations).keys()


def test_a_field_of_each_kind_of_value_is_a_destination() -> None:
    offered = model_fields(Charter)

    assert set(dict(offered.destinations)) == set(dict(offered.sources)) - {"*"}


def test_what_is_only_shown_or_not_stored_is_not_offered() -> None:
    assert not {"reviewer", "reason"} & dict(model_fields(Notice).sources).keys()


def test_a_field_without_a_visible_input_is_no_destination() -> None:
    offered = model_fields(Notice)

    assert "colour" in dict(offered.sources)
    assert "colour" not in dict(offered.destinations)


def test_a_field_that_wants_a_format_can_be_read_but_is_no_destination() -> None:
    offered = model_fields(Berth)

    assert list(dict(offered.destinations)) == ["first_name", "last_name", "remark"]
    assert {"position", "signal", "to_address", "postcode"} <= dict(offered.sources).keys()


def test_a_type_without_a_destination_says_why() -> None:
    assert model_fields(Rating).problem.startswith(
        "This type has no field that an action could write"
    )
    assert model_fields(Berth).problem == ""


def test_two_fields_never_read_the_same() -> None:
    with override("de"):
        labels = [label for _name, label in model_fields(BlogPage).destinations]

    assert len(set(labels)) == len(labels)
