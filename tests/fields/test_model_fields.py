"""Which fields an action can be defined for: those of the edit form, by the labels there."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from example_site.blog.models import Author, BlogPage
from tests.notices.models import Berth, Notice, Rating
from wagtail_llm_actions.admin.actions.field_choices import model_fields

pytestmark = pytest.mark.django_db


def test_the_fields_of_a_page_are_offered_by_the_labels_and_in_the_order_of_its_form() -> None:
    offered = model_fields(BlogPage)

    assert offered.destinations == [
        ("title", "Title"),
        ("subtitle", "Subtitle"),
        ("summary", "Summary"),
        ("seo_title", "Title tag"),
        ("search_description", "Meta description"),
    ]


def test_rich_text_of_a_page_is_offered_as_a_source_only() -> None:
    offered = model_fields(BlogPage)

    assert [source for source in offered.sources if source not in offered.destinations] == [
        ("intro", "Introduction")
    ]


def test_the_fields_of_a_snippet_are_those_of_its_panels() -> None:
    offered = model_fields(Author)

    assert offered.destinations == offered.sources
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


def test_choices_addresses_and_fields_that_are_only_shown_are_not_offered() -> None:
    offered = model_fields(Notice)

    assert (
        not {"kind", "code", "link", "contact", "reviewer", "reason"} & dict(offered.sources).keys()
    )


def test_a_field_without_a_visible_input_is_no_destination() -> None:
    offered = model_fields(Notice)

    assert "colour" in dict(offered.sources)
    assert "colour" not in dict(offered.destinations)


def test_a_field_that_wants_a_format_can_be_read_but_is_no_destination() -> None:
    offered = model_fields(Berth)

    assert list(dict(offered.destinations)) == ["first_name", "last_name", "remark"]
    assert {"position", "signal", "to_address", "postcode"} <= dict(offered.sources).keys()


def test_a_type_without_a_destination_says_why() -> None:
    assert model_fields(Rating).problem == "The form of this type has no text field."
    assert model_fields(Berth).problem == ""


def test_two_fields_never_read_the_same() -> None:
    with override("de"):
        labels = [label for _name, label in model_fields(BlogPage).destinations]

    assert len(set(labels)) == len(labels)
