"""What a text stands for in a form field that takes no prose, and which texts it refuses."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st

from tests.parts.examples import examples
from wagtail_llm_actions.fields.parsing import format_of, parse, vocabulary_of

KINDS = [("news", "News"), ("job", "Job offer"), ("a-b", "Food, drink & more")]
GROUPED = [("", "---------"), ("Sea", [("1", "One"), ("2", "Two")]), ("3", "Three")]
CHOICE = forms.ChoiceField(choices=KINDS)
SEVERAL = forms.MultipleChoiceField(choices=KINDS, required=False)
DATE = forms.DateField()
MOMENT = forms.DateTimeField()
WHOLE = forms.IntegerField(min_value=-5, max_value=2_000_000)
DECIMAL = forms.DecimalField(max_digits=8, decimal_places=2)


@pytest.mark.parametrize(
    ("form_field", "text", "python"),
    [
        *((CHOICE, text, "news") for text in ("News", "news", "NEWS.", '"News"', " news\n")),
        *((CHOICE, text, "news") for text in ("News\n\nIt tells what happened.", "Kind: News")),
        *((CHOICE, text, "job") for text in ("job offer", "job", "Job  offer!", "**Job offer**")),
        (CHOICE, "food, drink & more", "a-b"),
        (forms.ChoiceField(choices=GROUPED), "two", "2"),
        (forms.ChoiceField(choices=GROUPED), "3", "3"),
        (forms.TypedChoiceField(choices=[(1, "Low"), (2, "High")], coerce=int), "high", 2),
        (forms.ChoiceField(choices=[("p", "+"), ("m", "-")]), "+", "p"),
        # Labels come before values, and what is exactly alike before both.
        (forms.ChoiceField(choices=[("1", "2"), ("2", "1")]), "1", "2"),
        (forms.ChoiceField(choices=[("a", "News"), ("b", "news")]), "news", "b"),
        (forms.ChoiceField(choices=[("y", gettext_lazy("Yes"))]), "Yes", "y"),
        *((SEVERAL, text, ["news", "job"]) for text in ("News, Job offer", "- News\n- job")),
        *(
            (SEVERAL, text, ["news", "job"])
            for text in ('["news", "Job offer"]', "News; job; news")
        ),
        (SEVERAL, '{"choices": ["news", "job"]}', ["news", "job"]),
        (SEVERAL, "1. News\n2. Job offer", ["news", "job"]),
        (SEVERAL, "Job offer, food, drink & more", ["job", "a-b"]),
        (SEVERAL, "", []),
        *((forms.BooleanField(required=False), text, True) for text in ("Yes", "ja.", "OUI", "sí")),
        *(
            (forms.BooleanField(required=False), text, True)
            for text in ("true", "1", "Да!", "はい")
        ),
        (forms.BooleanField(required=False), "Yes, because it is open.", True),
        *((forms.BooleanField(required=False), text, False) for text in ("no", "Nein", "non", "0")),
        (forms.BooleanField(required=False), "No – it is closed.", False),
        (forms.NullBooleanField(), "no", False),
        *((WHOLE, text, 12) for text in ("12", " 12. ", "+12", "12.0", "１２", "١٢", "12,0")),
        *(
            (WHOLE, text, 1_234_567)
            for text in ("1,234,567", "1.234.567", "1 234 567", "1'234'567")
        ),
        *(
            (WHOLE, text, 1_234_567)
            for text in ("1_234_567", "1,234,567.00", "1\u202f234\u202f567")
        ),
        *((WHOLE, text, -3) for text in ("-3", "−3")),
        *(
            (DECIMAL, text, Decimal("12.5"))
            for text in ("12.5", "12,5", "12.50", "$12.50", "12,50 €")
        ),
        *(
            (DECIMAL, text, Decimal("1234.5"))
            for text in ("1,234.5", "1.234,5", "1234.5", "1 234,5", "١٬٢٣٤٫٥")
        ),
        (DECIMAL, ".5", Decimal("0.5")),
        (forms.FloatField(), "1.234", 1.234),
        (DATE, "2026-11-27", datetime.date(2026, 11, 27)),
        (DATE, "27 November 2026", datetime.date(2026, 11, 27)),
        (DATE, "November 27, 2026.", datetime.date(2026, 11, 27)),
        (DATE, "11/27/2026", datetime.date(2026, 11, 27)),
        (DATE, "05/05/2026", datetime.date(2026, 5, 5)),
        (forms.TimeField(), "18:30", datetime.time(18, 30)),
        (forms.TimeField(), "6:30 PM", datetime.time(18, 30)),
        (forms.DurationField(), "1 02:00:00", datetime.timedelta(days=1, hours=2)),
        *(
            (forms.SlugField(), text, "low-tide")
            for text in ("low-tide", "Low Tide", "`low-tide`", "/journal/low-tide/", "low tide!")
        ),
        (forms.SlugField(), "Ebbe früh", "ebbe-fruh"),
        (forms.SlugField(allow_unicode=True), "Ebbe früh", "ebbe-früh"),
        *(
            (forms.URLField(assume_scheme="https"), text, "https://tides.example/a_b_c")
            for text in (
                "https://tides.example/a_b_c",
                "<https://tides.example/a_b_c>.",
                "[Tides](https://tides.example/a_b_c)",
                "tides.example/a_b_c",
            )
        ),
        *(
            (forms.EmailField(), text, "crew@tides.example")
            for text in ("crew@tides.example", "mailto:crew@tides.example", "<crew@tides.example>")
        ),
    ],
)
def test_a_text_stands_for_a_value(form_field: forms.Field, text: str, python: Any) -> None:
    assert parse(form_field, text).python == python


@pytest.mark.parametrize(
    ("form_field", "text"),
    [
        *((CHOICE, text) for text in ("Sports", "News, Job offer", "Not news", "e", "new", "???")),
        (forms.ChoiceField(choices=[("a", "News"), ("b", "NEWS")]), "news"),
        (SEVERAL, "News, Sports"),
        (SEVERAL, '["News", "Sports"]'),
        *(
            (forms.BooleanField(required=False), text)
            for text in ("", "perhaps", "no doubt", "yes and no", "2")
        ),
        *((WHOLE, text) for text in ("1.234", "1,234", "1.5", "twelve", "12 or 13", "1e3", "NaN")),
        *((WHOLE, text) for text in ("9999999", "-6", "12,34,567", "0x10", "1,2,3", "1.23.456")),
        *((DECIMAL, text) for text in ("1,234", "12.345", "9" * 400, "Infinity", "1.2.3", "--1")),
        (forms.FloatField(), "9" * 400),
        *((DATE, text) for text in ("03/04/2026", "2026-02-30", "11/27/26", "tomorrow", "27.11.")),
        *((MOMENT, text) for text in ("9999-12-31T23:59:59+00:00", "0001-01-01 00:00", "noon")),
        (forms.TimeField(), "25:00"),
        (forms.SlugField(), "…"),
        (forms.SlugField(max_length=5), "low-tide"),
        (forms.URLField(assume_scheme="https"), "javascript:alert(1)"),
        (forms.URLField(assume_scheme="https"), "See https://tides.example/ and more"),
        (forms.EmailField(), "crew at tides"),
    ],
)
def test_a_text_that_stands_for_no_value_or_for_several_is_refused(
    form_field: forms.Field, text: str
) -> None:
    with pytest.raises(ValidationError):
        parse(form_field, text)


@pytest.mark.parametrize(
    ("form_field", "text", "python"),
    [
        (SEVERAL, 'These fit:\n\n["News", "Job offer"]', ["news", "job"]),
        (SEVERAL, '["News", "Job offer"]\n\nBoth are in the text.', ["news", "job"]),
        (SEVERAL, "* News: it tells what happened\n* Job offer: at its end", ["news", "job"]),
        (SEVERAL, "Kinds: News, Job offer", ["news", "job"]),
        (CHOICE, "Food, drink &amp; more", "a-b"),
        *(
            (forms.BooleanField(), text, True)
            for text in ("✅ Yes", "是的", "نعم، بالتأكيد", "Ya.", "對", "हाँ।", "بله")
        ),
        *(
            (forms.BooleanField(required=False), text, False)
            for text in ("Answer: no", "No - it is closed", "لا، أبدا")
        ),
        *(
            (DATE, text, datetime.date(2026, 11, 28))
            for text in (
                *(
                    "The date is 2026-11-28.",
                    "2026-11-28T00:00:00Z",
                    "2026/11/28",
                    "2026年11月28日",
                ),
                *("Saturday, 28 November 2026", "28th of November 2026", "28. November 2026"),
            )
        ),
        (
            forms.URLField(assume_scheme="https"),
            "URL: https://tide.example/a",
            "https://tide.example/a",
        ),
        (forms.EmailField(), "Email address: owl@tide.example", "owl@tide.example"),
    ],
)
def test_what_models_put_around_a_value_is_no_part_of_it(
    form_field: forms.Field, text: str, python: Any
) -> None:
    assert parse(form_field, text).python == python


@pytest.mark.parametrize(
    "text",
    [
        *(
            "3. März 2024",
            "Sonntag, 3. März 2024",
            "den 3. März 2024",
            "3 mars 2024",
            "le 3 mars 2024",
        ),
        *(
            "3 de marzo de 2024",
            "3 marzo 2024",
            "3 de março de 2024",
            "3 maart 2024",
            "3. marts 2024",
        ),
        *(
            "3. maaliskuuta 2024",
            "3 marca 2024",
            "3. března 2024",
            "2024. március 3.",
            "3 martie 2024",
        ),
        *("3 Mart 2024", "воскресенье, 3 марта 2024 г.", "3 березня 2024 року", "3 Μαρτίου 2024"),
        *(
            "3 de març de 2024",
            "3. ožujka 2024.",
            "3 Maret 2024",
            "3. märts 2024",
            "2024. gada 3. marts",
        ),
        *(
            "2024 m. kovo 3 d.",
            "٣ مارس ٢٠٢٤",
            "3 במרץ 2024",
            "3 มีนาคม 2567",
            "3 मार्च 2024",
            "3.März 2024",
        ),
        *("ngày 3 tháng 3 năm 2024", "2024년 3월 3일"),
    ],
)
def test_a_month_is_read_in_every_language(text: str) -> None:
    assert parse(DATE, text).python == datetime.date(2024, 3, 3)


@pytest.mark.parametrize(
    "text",
    [
        # In Croatian October, in Polish November.
        "12 listopad 2024",
        *(
            "vor dem 3. März 2024",
            "3. oder 4. März 2024",
            "3. März",
            "31. Februar 2024",
            "März 2024",
        ),
        "3. März 2024, 4. April 2024",
    ],
)
def test_a_month_beside_which_anything_else_stands_is_no_date(text: str) -> None:
    with pytest.raises(ValidationError):
        parse(DATE, text)


@pytest.mark.parametrize("text", ["3. März 2024 um 14:30 Uhr", "3 mars 2024 à 14h30"])
def test_a_moment_is_read_in_other_languages(text: str) -> None:
    assert parse(MOMENT, text).controls == ["2024-03-03 14:30:00"]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Die schöne Straße", "die-schone-strasse"),
        ("Łódź nad ranem", "lodz-nad-ranem"),
        ("København", "kobenhavn"),
        ("Işık ve İstanbul", "isik-ve-istanbul"),
        ("Прилив пришёл рано", "priliv-prishel-rano"),
        ("Đà Nẵng", "da-nang"),
    ],
)
def test_no_letter_of_a_slug_is_lost(settings: Any, text: str, slug: str) -> None:
    assert parse(forms.SlugField(), text).python == slug
    settings.WAGTAIL_ALLOW_UNICODE_SLUGS = False
    assert parse(forms.SlugField(allow_unicode=True), text).python == slug


def test_a_slug_of_a_script_whose_vowels_are_marks_is_written_in_latin_letters() -> None:
    form_field = forms.SlugField(allow_unicode=True)

    assert parse(form_field, "हिन्दी").python == "hindi"
    assert parse(form_field, "Прилив рано").python == "прилив-рано"
    assert parse(form_field, "Işık ve İstanbul").python == "işık-ve-istanbul"


@pytest.mark.parametrize("text", ["ışık", "IŞIK", "Işık。", "「Işık」", "„Işık“"])
def test_a_choice_is_found_in_turkish_capitals_and_between_marks_of_other_scripts(
    text: str,
) -> None:
    assert parse(forms.ChoiceField(choices=[("a", "Işık"), ("b", "Ses")]), text).python == "a"


def test_a_choice_is_found_in_a_language_of_the_site(settings: Any) -> None:
    form_field = forms.ChoiceField(choices=[("y", gettext_lazy("Yes")), ("n", gettext_lazy("No"))])
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]

    assert parse(form_field, "Oui").controls == ["y"]
    with pytest.raises(ValidationError):
        parse(form_field, "Ja")


@pytest.mark.parametrize("text", ["From 2026-11-28 to 2026-11-30", "2026-13-41", "12026-11-28"])
def test_a_text_with_several_dates_or_none_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        parse(DATE, text)


def test_a_moment_is_in_the_time_zone_of_the_form_unless_it_names_its_own() -> None:
    with timezone.override("Europe/Paris"):
        assert parse(MOMENT, "2026-11-27 18:30").controls == ["2026-11-27 18:30:00"]
        assert parse(MOMENT, "2026-11-27T18:30:00Z").controls == ["2026-11-27 19:30:00"]


def test_the_formats_of_a_widget_and_of_a_language_are_read_where_there_is_no_doubt() -> None:
    own = forms.DateField(widget=forms.DateInput(format="%d.%m.%Y"))

    assert parse(own, "03.04.2026").python == datetime.date(2026, 4, 3)
    assert parse(own, "2026-04-03").controls == ["03.04.2026"]
    with override("de"), pytest.raises(ValidationError):
        parse(DATE, "03.04.2026")


def test_no_locale_reads_the_separators_of_a_number_once_more(settings: Any) -> None:
    settings.USE_THOUSAND_SEPARATOR = True
    localized = forms.DecimalField(localize=True)
    with override("de"):
        assert parse(localized, "1234.5").python == Decimal("1234.5")
        assert parse(localized, "1234.5").controls == ["1.234,5"]


def test_a_choice_is_shown_by_its_label_and_found_by_it_in_both_languages() -> None:
    form_field = forms.ChoiceField(choices=[("y", gettext_lazy("Yes")), ("n", gettext_lazy("No"))])
    with override("de"):
        assert parse(form_field, "Ja").controls == ["y"]
        assert parse(form_field, "yes").shown == "Ja"
        assert vocabulary_of(form_field) == 'The choices are: "Yes", "No".'


def test_what_the_controls_hold_is_what_a_browser_sends() -> None:
    assert parse(forms.BooleanField(required=False), "yes").controls == ["on"]
    assert parse(forms.BooleanField(required=False), "no").controls == []
    assert parse(forms.NullBooleanField(), "yes").controls == ["true"]
    assert parse(SEVERAL, "job, news").controls == ["job", "news"]
    assert parse(DATE, "27 November 2026").controls == ["2026-11-27"]


def test_a_prompt_says_what_an_answer_has_to_be() -> None:
    assert format_of(CHOICE) == "one of these choices"
    assert format_of(WHOLE) == (
        "a whole number in digits from -5 to 2000000, without separators of thousands"
    )
    assert format_of(DECIMAL).endswith(
        "of which there are at most 2, without separators of thousands"
    )


def test_of_thousands_of_choices_a_prompt_names_the_first() -> None:
    many = forms.ChoiceField(choices=[(str(n), f"Choice {n}") for n in range(20_000)])

    assert len(vocabulary_of(many)) < 5_000


FIELDS = [
    CHOICE,
    SEVERAL,
    forms.BooleanField(required=False),
    forms.NullBooleanField(),
    WHOLE,
    DECIMAL,
    forms.FloatField(),
    DATE,
    MOMENT,
    forms.TimeField(),
    forms.DurationField(),
    forms.SlugField(),
    forms.URLField(assume_scheme="https"),
    forms.EmailField(),
]
PIECES = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            ["News", "job", ",", "\n", "- ", '["', '"]', "{", "12", ".", "-", "27", ":"]
        ),
    ),
    max_size=12,
).map("".join)


@examples(100)
@given(text=PIECES)
def test_whatever_a_model_writes_gives_a_valid_value_or_is_refused(text: str) -> None:
    for form_field in FIELDS:
        try:
            value = parse(form_field, text)
        except ValidationError:
            continue
        sent: Any = value.controls
        if not isinstance(form_field, forms.MultipleChoiceField):
            sent = value.controls[0] if value.controls else None
        if isinstance(form_field.widget, forms.CheckboxInput):
            sent = sent == "on"
        if isinstance(form_field, forms.NullBooleanField):
            sent = {"true": True, "false": False}.get(sent)
        assert form_field.clean(sent) == value.python
