"""Fields whose value is no prose, from the answer of a model to what their form gets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from taggit.models import Tag
from wagtail.admin.panels import FieldPanel, ObjectList

from tests.factories import AuthorFactory
from tests.voyages.models import Cargo, Charter
from wagtail_llm_actions import fields
from wagtail_llm_actions.answers.cleaning import clean
from wagtail_llm_actions.compat import edit_handler_for
from wagtail_llm_actions.prompts.destination import describe
from wagtail_llm_actions.prompts.variables import TAG

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

URL = "https://tides.example/_a_"


def form_field(name: str) -> Any:
    return edit_handler_for(Charter).get_form_class().base_fields[name]


def written(name: str, answer: str, *, current: str = "[]", mode: str = "replace") -> Any:
    """Return what the form gets for the answer of a model, and what the card shows."""
    contract = fields.contract_at(Charter, name)
    text = clean(answer, contract.destination, TAG).text
    assert contract.faults(text) == []
    adapter = fields.adapter_at(Charter, name)
    assert adapter
    value, html = adapter.to_form_value(
        text, form_field(name), current=current, mode=mode, targets=()
    )
    return json.loads(value), html


def faults(name: str, answer: str) -> str:
    contract = fields.contract_at(Charter, name)
    text = clean(answer, contract.destination, TAG).text
    return " ".join(fault.detail for fault in contract.faults(text))


@pytest.mark.parametrize(
    ("name", "answer", "values", "shown"),
    [
        ("kind", "Day trip", ["day"], "Day trip"),
        ("kind", "```\nlong\n```", ["long"], "Long voyage"),
        ("kind", "**Day trip**\n\nIt returns in the evening.", ["day"], "Day trip"),
        ("kind", "<think>It returns.</think>day trip.", ["day"], "Day trip"),
        ("rig", "Ketch", ["2"], "Ketch"),
        ("rig", "2", ["2"], "Ketch"),
        ("is_open", "Yes.", ["on"], "Yes"),
        ("is_open", "Nein", [], "No"),
        ("seats", "12", ["12"], "12"),
        ("price", "1,234.50", ["1234.50"], "1234.50"),
        ("draught", "1.8", ["1.8"], "1.8"),
        ("departs_at", "2026-11-27 18:30", ["2026-11-27 18:30"], "2026-11-27 18:30"),
        ("returns_on", "27 November 2026", ["2026-11-27"], "2026-11-27"),
        ("boards_at", "6:15 PM", ["18:15"], "18:15"),
        ("code", "Low Tide", ["low-tide"], "low-tide"),
        ("contact", "crew@tides.example", ["crew@tides.example"], "crew@tides.example"),
        ("website", "<https://tides.example/_a_>", [URL], URL),
    ],
)
def test_an_answer_becomes_what_the_control_holds(
    name: str, answer: str, values: list[str], shown: str
) -> None:
    assert written(name, answer) == (values, shown)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("kind", "A regatta"),
        ("kind", "Day trip or long voyage"),
        ("is_open", "It depends."),
        ("seats", "-3"),
        ("seats", "41"),
        ("seats", "99999999999999999999"),
        ("price", "1,234"),
        ("returns_on", "03/04/2026"),
        ("contact", "the crew"),
        ("website", "javascript:alert(1)"),
        ("crew", "Nobody"),
        ("tags", ", ".join(f"tag {number}" for number in range(200))),
        ("tags", "x" * 101),
        ("cargo", "Wine"),
    ],
)
def test_an_answer_that_is_no_value_is_refused_with_a_sentence(name: str, answer: str) -> None:
    assert faults(name, answer)


@pytest.mark.parametrize(
    "answer", ["Ada, Ben", "- Ada\n- Ben", '["Ada", "Ben"]', "1. Ada\n2. Ben", "ada; BEN"]
)
def test_objects_are_chosen_by_their_names(answer: str) -> None:
    ada, ben, _cleo = (AuthorFactory(name=name) for name in ("Ada", "Ben", "Cleo"))

    values, shown = written("crew", answer)

    assert values == [str(ada.pk), str(ben.pk)]
    assert shown == "Ada, Ben"


def test_choices_and_tags_are_added_to_those_that_are_there() -> None:
    ada, ben = (AuthorFactory(name=name) for name in ("Ada", "Ben"))

    assert written("crew", "Ben", current=json.dumps([str(ada.pk)]), mode="append")[0] == [
        str(ada.pk),
        str(ben.pk),
    ]
    assert written("tags", "fog, sea", current='["sea"]', mode="append")[0] == ["sea", "fog"]
    assert written("tags", "fog", current='["sea"]', mode="prepend")[0] == ["fog", "sea"]


@pytest.mark.parametrize(
    "answer",
    [
        "Low tide, fog, SEA",
        "- Low tide\n- #fog\n- sea.",
        '["Low tide", "fog", "sea"]',
        '"Low tide", fog, sea, Fog',
        "1. Low tide\n2. fog\n3. sea",
        '{"tags": ["Low tide", "fog", "sea"]}',
    ],
)
def test_tags_that_exist_are_used_again_and_new_ones_are_marked(answer: str) -> None:
    Tag.objects.create(name="low tide", slug="low-tide")
    Tag.objects.create(name="sea", slug="sea")

    values, shown = written("tags", answer)

    assert values == ["low tide", "fog", "sea"]
    assert shown == "low tide, <b>fog (new)</b>, sea"


def test_a_new_tag_is_shown_as_text_whatever_it_is() -> None:
    values, shown = written("tags", "<script>alert(1)</script>")

    assert "<script" not in shown
    assert len(values) == 1


def test_where_admins_create_the_tags_only_theirs_are_taken() -> None:
    Cargo.objects.create(name="Grain", slug="grain")

    assert written("cargo", "grain") == (["Grain"], "Grain")
    assert faults("cargo", "grain, wine").startswith("No such tag exists: wine.")


def test_the_limits_of_wagtail_for_tags_hold(settings: Any) -> None:
    settings.WAGTAIL_TAG_LIMIT = 2
    settings.WAGTAIL_TAG_SPACES_ALLOWED = False

    assert "at most 2" in faults("tags", "sea, fog, swell")
    assert "single word" in faults("tags", "low tide")
    assert describe(fields.destination_at(Charter, "tags")).startswith(
        "Answer with tags, separated by commas, at most 2, each a single word, only the text itself."
    )


def test_a_prompt_names_the_tags_those_that_are_used_most_first() -> None:
    Tag.objects.create(name="anchor", slug="anchor")
    for name in ("One", "Two"):
        charter = Charter(name=name)
        charter.tags.add("swell", *(["fog"] if name == "One" else []))
        charter.save()

    sentence = describe(fields.destination_at(Charter, "tags"))

    assert 'Prefer tags that exist: "swell", "fog", "anchor".' in sentence


def test_a_prompt_names_the_choices() -> None:
    AuthorFactory(name='Ada "Ace"\nSmith')

    assert describe(fields.destination_at(Charter, "kind")) == (
        "Answer with one of these choices, only the text itself. "
        'The choices are: "Day trip", "Long voyage".'
    )
    assert describe(fields.destination_at(Charter, "crew")).endswith(
        """The choices are: "Ada 'Ace' Smith"."""
    )


def test_a_prompt_names_no_object_where_the_form_could_hide_some(monkeypatch: Any) -> None:
    class OwnPanel(FieldPanel):
        """May show fewer authors to some."""

    AuthorFactory(name="Ada")
    own = ObjectList([OwnPanel("crew")]).bind_to_model(Charter)
    monkeypatch.setattr(Charter.snippet_viewset, "_edit_handler", own)

    assert "Ada" not in describe(fields.destination_at(Charter, "crew"))


def test_what_a_field_takes_is_known_without_a_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        for name in ("kind", "crew", "tags", "cargo", "departs_at"):
            fields.contract_at(Charter, name)
