"""What a template becomes: the variables, the white space and the limit."""

from __future__ import annotations

import pytest

from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.prompts.rendering import MAX_TEMPLATE_CHARS, render, validate

VARIABLES = {
    "input": "The tide came in early.",
    "post_title": "The harbour",
    "post_summary": "Nobody had told the boats.",
    "instruction": "",
}
TITLE_TEMPLATE = """Generate a catchy title based on this summary: {{input}}

Make it:
- Engaging and click-worthy
- Under 60 characters
- Include a key topic
"""


def rendered(text: str, max_chars: int = 1_000, **variables: str) -> str:
    return render(text, VARIABLES | variables, max_chars=max_chars)


def test_the_example_template_of_the_guide_renders_word_for_word() -> None:
    prompt = rendered(TITLE_TEMPLATE)

    assert prompt == (
        "Generate a catchy title based on this summary: <input>The tide came in early.</input>\n"
        "\n"
        "Make it:\n"
        "- Engaging and click-worthy\n"
        "- Under 60 characters\n"
        "- Include a key topic"
    )


@pytest.mark.parametrize("name", ["input", "post_title", "post_summary"])
def test_each_variable_of_the_guide_is_replaced(name: str) -> None:
    delimited = f"<{name}>{VARIABLES[name]}</{name}>"

    assert rendered(f"{{{{{name}}}}}") == delimited
    assert rendered(f"{{{{ {name} }}}}") == delimited


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("{% if post_summary %}{{ post_summary }}{% else %}none{% endif %}", "none"),
        ("{{ post_summary or post_title }}", "<post_summary>The harbour</post_summary>"),
        ("{{ instruction|default('none', true) }}", "none"),
        ("{{ 'a' if post_summary else 'b' }}", "b"),
        ("{{ post_title|upper }}", "<post_title>THE HARBOUR</post_title>"),
        ("{{ input|wordcount }}", "5"),
        ("{{ '## A [b](https://c.d/) **e**'|plain }}", "A b e"),
        ("{{ input|truncate(14) }}", "<input>The tide...</input>"),
        ("{% if 'harbour' in post_title and 'x' not in post_title %}sea{% endif %}", "sea"),
        ("{% if post_title == 'News' or post_title == 'The harbour' %}new{% endif %}", "new"),
        ("{% if instruction is defined and instruction is eq('') %}none{% endif %}", "none"),
        ("{% if input|length > 3 and not post_summary %}long{% endif %}", "long"),
        ("{# for the admins #}{% raw %}{{ input }}{% endraw %}", "{{ input }}"),
    ],
)
def test_conditions_and_filters_work(text: str, prompt: str) -> None:
    assert rendered(text, post_summary="") == prompt


def test_what_looks_like_a_template_in_a_source_stays_text() -> None:
    prompt = rendered("{{ input }}", input="{{ post_title }} {% for x in y %} <b>&amp;</b>")

    assert prompt == "<input>{{ post_title }} {% for x in y %} <b>&amp;</b></input>"


def test_tags_on_lines_of_their_own_leave_no_empty_lines() -> None:
    text = (
        "\n\nTitles:\r\n  {% if post_title %}\n- warm\n  {% endif %}\n"
        "  {% if post_summary %}\n- dry\n  {% endif %}\nEnd\n\n"
    )

    assert rendered(text) == "Titles:\n- warm\n- dry\nEnd"


def test_every_script_and_emoji_comes_through() -> None:
    words = "Ünïcödé — 日本語 עברית 👩🏽‍🌾"

    assert rendered(f"{words} {{{{ input|upper|lower }}}}", input="straße") == (
        f"{words} <input>strasse</input>"
    )


def test_an_empty_template_renders_to_nothing() -> None:
    assert rendered("") == ""
    assert rendered(" \n {# nothing #} ") == ""


@pytest.mark.parametrize("character", ["\\0", "\\ud800", "\\udfff"])
def test_characters_that_no_database_takes_are_left_out(character: str) -> None:
    assert rendered(f"{{{{ 'a{character}b' }}}}") == "ab"
    assert rendered("{{ input }}", input="a\0b") == "<input>ab</input>"


def test_a_prompt_may_have_exactly_the_allowed_length() -> None:
    assert rendered("{{ instruction }}", max_chars=10, instruction="x" * 10) == "x" * 10


def test_a_longer_prompt_is_refused_and_not_cut() -> None:
    with pytest.raises(InvalidInput) as caught:
        rendered("ab{{ input }}", max_chars=11, input="x" * 10)

    assert caught.value.reason == InvalidInput.Reason.TOO_LONG
    assert "x" not in str(caught.value)


def test_a_template_has_at_most_its_own_length() -> None:
    validate("x" * MAX_TEMPLATE_CHARS)

    with pytest.raises(InvalidInput, match="more than 20000 characters"):
        validate("x" * (MAX_TEMPLATE_CHARS + 1))


@pytest.mark.parametrize(
    "text",
    [
        "{{ input < 5 }}",
        "{{ input|truncate(1) }}",
        "{{ ''|first }}",
        "{{ 5|first }}",
        "{{ input|upper(5) }}",
        "{{ input|trim(5) }}",
        "{{ input|truncate(end=5) }}",
    ],
)
def test_what_only_fails_with_real_values_is_an_error_of_the_template(text: str) -> None:
    validate(text)

    with pytest.raises(InvalidInput) as caught:
        rendered(text, input="secret words")

    assert caught.value.reason == InvalidInput.Reason.TEMPLATE
    assert "secret" not in str(caught.value)
