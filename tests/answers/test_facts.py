"""Facts that a source does not hold are named; those that it holds in another form are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.facts import measure
from tests.parts.examples import examples
from wagtail_llm_actions.answers.facts.check import MAX_FACTS, unsourced_facts

LEAST_RECALL, LEAST_PRECISION = 0.95, 0.9

HARBOUR = (
    "On 12 March 2024 the harbour of Port Isaac was closed for three days. Anna Weber counted 1,200 boats "
    "and said: “Nobody had told the boats.” See https://example.org/harbour/."
)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("The pier was built in 1987 by Dr Weiss.", ["1987", "Dr Weiss"]),
        ("It reopened on 14 March 2024.", ["14 March 2024"]),
        ("Repairs cost £2.5 million.", ["2.5 million"]),
        ("“Everybody knew about it”, she said.", ["“Everybody knew about it”"]),
        ("More at www.example.com/boats.", ["www.example.com/boats"]),
        ("The UNESCO helped, and so did Clara Weber.", ["UNESCO", "Clara Weber"]),
        ("It happened on a Friday.", ["Friday"]),
    ],
)
def test_a_fact_that_the_source_does_not_hold_is_named(text: str, facts: list[str]) -> None:
    assert unsourced_facts(text, HARBOUR) == facts


@pytest.mark.parametrize(
    "text",
    [
        "Closed since March 12, 2024, for 3 days.",
        "In March 2024 about 1200 boats waited, Weber says.",
        "Since 12.3.2024 and 2024-03-12 the harbour is closed.",
        "“Nobody had told the boats”, says Anna Weber.",
        "Details: example.org/harbour.",
        "Port Isaac’s harbour. Visitors may come. Yesterday was quiet.",
        "1. Boats\n2. Harbour",
        "Harbour of Port Isaac: What Fishermen Should Know About Boats",
        "",
    ],
)
def test_what_the_source_holds_in_another_form_is_not_named(text: str) -> None:
    assert unsourced_facts(text, HARBOUR) == []


def test_german_nouns_are_no_names() -> None:
    source = "Am 12. März wurde der Hafen gesperrt."

    assert (
        unsourced_facts("Die Sperrung traf Fischer und Händler, die mit Geduld warteten.", source)
        == []
    )
    assert unsourced_facts("Ein zweiter Hafen ist in Hamburg geplant.", source) == ["Hamburg"]


def test_each_fact_is_named_once_and_the_list_ends() -> None:
    assert unsourced_facts("It was 1987. Yes, 1987.", "") == ["1987"]
    assert len(unsourced_facts(" ".join(f"{n}." for n in range(300, 400)), "")) == MAX_FACTS


def test_of_400_seeded_answers_almost_all_facts_are_found_and_few_others() -> None:
    tally = measure()

    assert tally.recall >= LEAST_RECALL, tally.misses
    assert tally.precision >= LEAST_PRECISION, tally.misses


def test_so_are_those_of_400_answers_of_other_kinds() -> None:
    tally = measure(is_other=True)

    assert tally.recall >= LEAST_RECALL, tally.misses
    assert tally.precision >= LEAST_PRECISION, tally.misses


TIMES = "Doors open at 6 pm, the film starts at 7.45pm. About two thirds of the 8,412 seats were built in the 1990s."


@pytest.mark.parametrize(
    "text",
    [
        "Beginn um 18 Uhr, Film um 19:45 Uhr.",
        "More than 8,000 seats, two in three from the nineties (66 %).",
        "Plus de 8 000 places, datant des années 90.",
        "Les portes ouvrent à 18h00.",
    ],
)
def test_times_shares_decades_and_round_numbers_have_other_forms(text: str) -> None:
    assert unsourced_facts(text, TIMES) == []


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Doors open at 5 pm.", ["5 pm"]),
        ("It has exactly 8,000 seats.", ["8,000"]),
        ("Some thirty-five people came.", ["thirty-five"]),
        ("Es kamen siebenhundert Leute.", ["siebenhundert"]),
        ("Il y avait quatre-vingt-dix personnes.", ["quatre-vingt-dix"]),
        ("Había treinta y cinco personas.", ["treinta y cinco"]),
        ("Le cinéma est fermé le mardi.", ["mardi"]),
        ("She has an iPad with her.", ["iPad"]),
    ],
)
def test_times_and_numbers_in_words_are_facts_too(text: str, facts: list[str]) -> None:
    assert unsourced_facts(text, TIMES) == facts


@examples(100)
@given(st.text(), st.text())
def test_any_text_can_be_checked(text: str, source: str) -> None:
    assert all(fact.strip() for fact in unsourced_facts(text, source))


ENGLISH_SOURCE = (
    "The boats in Munich lay dry until noon on 12 March 2024. “The tide was early”, said Harbour Master Anna "
    "Smith. In Geneva and London nobody had told the Swiss about it."
)


def translated(text: str) -> list[str]:
    return unsourced_facts(text, ENGLISH_SOURCE, content=ENGLISH_SOURCE)


def test_a_translation_has_quotations_and_places_in_its_own_language() -> None:
    assert (
        translated(
            "Die Boote in München lagen am 12. März 2024 bis zum Mittag trocken. „Die Flut war früh“, sagte "
            "Hafenmeisterin Anna Smith. In Genf und London hatte es niemand den Schweizern erzählt."
        )
        == []
    )
    assert (
        translated(
            "Les bateaux à Munich sont restés à sec jusqu'à midi le 12 mars 2024. « La marée était en avance », a "
            "dit Anna Smith. À Genève et à Londres, personne ne l'avait dit aux Suisses."
        )
        == []
    )
    assert (
        translated(
            "Лодки в Мюнхене лежали на мели до полудня 12 марта 2024 года. «Прилив был ранним», — сказала она, и "
            "это было для всех не так. Это сказал Анне Смит."
        )
        == []
    )


def test_a_translation_has_the_numbers_dates_and_people_of_its_source() -> None:
    assert translated(
        "Die Boote in München lagen am 13. März 2024 bis zum Mittag trocken, und es waren 250. Das ist von Peter "
        "Weber, der die Boote in dem Hafen nicht mehr sah."
    ) == ["13. März 2024", "250", "Peter Weber"]
