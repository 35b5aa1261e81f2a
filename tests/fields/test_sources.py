"""Every other kind of field as a source, and the whole form."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
import wagtail_factories
from django.utils.translation import override

from example_site.blog.models import BlogPage
from tests.factories import AuthorFactory, BlogPageFactory
from tests.notices.models import Harbour
from tests.voyages.models import Picture, Voyage
from wagtail_llm_actions import fields

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"kind": "long"}, "Long voyage"),
        ({"kind": "gone"}, "gone"),
        ({"kind": ""}, ""),
        (
            {"departs_at": datetime.datetime(2026, 11, 27, 6, 5, tzinfo=datetime.UTC)},
            "2026-11-27 07:05",
        ),
        ({"departs_at": None}, ""),
        ({"returns_on": datetime.date(2026, 12, 1)}, "2026-12-01"),
        ({"miles": Decimal("12.5")}, "12.5"),
        ({"miles": 0}, "0"),
        ({"miles": None}, ""),
        ({"is_open": True}, "Yes"),
        ({"is_open": False}, "No"),
        ({"website": "https://tides.example/"}, "https://tides.example/"),
        ({"harbour": None}, ""),
        ({"harbour_id": "Gone"}, ""),
    ],
)
def test_a_value_is_read_as_a_person_would_write_it(values: dict[str, Any], text: str) -> None:
    (name,) = values

    assert fields.read(Voyage(**values), name.removesuffix("_id")) == text


def test_choices_are_read_in_the_active_language() -> None:
    with override("de"):
        assert fields.read(Voyage(is_open=True), "is_open") == "Ja"


def test_relations_are_read_by_title() -> None:
    east, west = (Harbour.objects.create(name=name) for name in ("East", "West"))
    image = wagtail_factories.ImageFactory(title="boat.jpg", description="A boat")
    voyage = Voyage(name="North", harbour=east, image=image)
    voyage.calls_at = [east, west]
    voyage.save()
    voyage.crew.set([AuthorFactory(name="Ines"), AuthorFactory(name="Tomas")])
    voyage.tags.add("sea", "coast")

    assert fields.read(voyage, "harbour") == "East"
    assert fields.read(voyage, "image") == "A boat"
    assert fields.read(voyage, "calls_at") == "East, West"
    assert fields.read(voyage, "crew") == "Ines, Tomas"
    assert fields.read(voyage, "tags") == "coast, sea"


def test_an_object_that_is_not_saved_has_no_relations() -> None:
    assert [fields.read(Voyage(), name) for name in ("calls_at", "crew", "tags", "gallery")] == [
        ""
    ] * 4


def voyage_with_pictures() -> Voyage:
    voyage = Voyage(name="North")
    voyage.gallery = [
        Picture(
            caption=f"Picture {number}",
            remark="Blurred.\nTake another." if number == 2 else "",
            image=wagtail_factories.ImageFactory(title=f"Boat {number}") if number < 3 else None,
            sort_order=number,
        )
        for number in (1, 2, 3)
    ]
    voyage.save()
    saved: Voyage = Voyage.objects.get()
    return saved


def test_inline_rows_are_read_in_order_by_two_queries(django_assert_num_queries: Any) -> None:
    voyage = voyage_with_pictures()

    with django_assert_num_queries(2):
        text = fields.read(voyage, "gallery")

    assert text == (
        "Caption: Picture 1\nImage: Boat 1\n\n"
        "Caption: Picture 2\nImage: Boat 2\nRemark: Blurred.\nTake another.\n\n"
        "Caption: Picture 3"
    )


def test_a_field_of_inline_rows_is_a_list() -> None:
    voyage = voyage_with_pictures()

    assert fields.read(voyage, "gallery.caption") == "- Picture 1\n- Picture 2\n- Picture 3"
    assert fields.read(voyage, "gallery.image") == "- Boat 1\n- Boat 2"


def test_only_the_fields_of_rows_that_the_form_shows_are_read() -> None:
    voyage = voyage_with_pictures()
    shown = {"gallery", "gallery.caption"}

    assert fields.read(voyage, "gallery", shown) == "- Picture 1\n- Picture 2\n- Picture 3"
    assert fields.names_read(Voyage, "gallery", shown) == {"gallery.caption"}
    for path in ("gallery.remark", "secrets", "log", "log:quote"):
        with pytest.raises(LookupError):
            fields.read(voyage, path, shown)
    with pytest.raises(LookupError):
        fields.read(voyage, "gallery", {"gallery"})


def test_the_whole_form_is_read_in_its_order_under_its_labels() -> None:
    page = BlogPageFactory(
        title="Tides",
        subtitle="",
        summary="In short.",
        intro="<p>One.</p><p>Two.</p>",
        body=[("heading", "Boats"), ("paragraph", "<p>Dry.</p>")],
        author=AuthorFactory(name="Ines"),
        date=datetime.date(2026, 11, 27),
    )

    assert fields.read(page, "*") == (
        "Title: Tides\n\nSummary: In short.\n\nIntroduction:\n\nOne.\n\nTwo.\n\n"
        "Body:\n\n## Boats\n\nDry.\n\nAuthor: Ines\n\nPublished on: 2026-11-27"
    )
    shown = {"title", "body", "slug"}
    assert fields.read(page, "*", shown) == "Title: Tides\n\nBody:\n\n## Boats\n\nDry."
    assert fields.names_read(BlogPage, "*", shown) == {"title", "body"}


def test_a_site_names_properties_and_methods_in_its_settings(settings: Any) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "SOURCE_PROPERTIES": {"voyages.Voyage": ["distance", "broken"]}
    }
    voyage = Voyage(miles=12)

    assert fields.read(voyage, "distance") == "12 nautical miles"
    assert fields.is_source(Voyage, "distance")
    assert not fields.is_source(Voyage, "delete")
    for name in ("broken", "delete", "pk"):
        with pytest.raises(LookupError):
            fields.read(voyage, name)
