"""Whatever the sizes of its values, a template ends in bounded work, counted in characters read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jinja2.filters import do_title

from tests.factories import BlogPageFactory
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.prompts.rendering import render
from wagtail_llm_actions.prompts.variables import DESCRIPTIONS
from wagtail_llm_actions.prompts.work import Work
from wagtail_llm_actions.runs.request.prompt import build_prompt

if TYPE_CHECKING:
    from wagtail_llm_actions.runs.request.fitting import Prompt

MAX_CHARS = 100_000
SIZE = 2_400_000
"""What a form may send at most: Django's DATA_UPLOAD_MAX_MEMORY_SIZE is 2.5 MB."""


def sized(text: str) -> str:
    return (text * (SIZE // len(text) + 1))[:SIZE]


WORDS = sized("word ")
LETTERS = sized("a ")
SCRIPTS = sized("".join(map(chr, range(0x4E00, 0x9000))))

HEAVY = {
    "title in a chain": ("{{ input" + "|title" * 20 + " }}", LETTERS),
    "title many times": ("{{ input|title|wordcount }}" * 25, LETTERS),
    "title twice": ("{{ input|title|title|truncate(9) }}", LETTERS),
    "upper and lower": ("{{ input" + "|upper|lower" * 10 + " }}", "ß" * SIZE),
    "wordcount": ("{{ input|wordcount }}" * 50, LETTERS),
    "trim with a large set": ("{{ input|trim(fields.a) }}", SCRIPTS),
    "trim with its own text": ("{{ input|trim(input)|trim(input) }}", SCRIPTS),
    "truncate with a long end": ("{{ input|truncate(50, true, end=input) }}", WORDS),
    "truncate to any length": ("{{ input|truncate(9999999) }}" * 3, WORDS),
    "truncate without a space": ("{{ input|truncate(2000000) }}" * 20, "a" * SIZE),
    "default within default": ("{{ input|default(input|upper)|default(input|upper) }}", WORDS),
    "search in itself": ("{% if fields.a in input %}a{% endif %}" * 400, "a" * SIZE),
    "search for what is not there": (
        "{% if (input|upper) in fields.a %}a{% endif %}",
        sized("ab"),
    ),
    "comparison": ("{% if input == fields.a %}a{% endif %}" * 400, WORDS),
    "test": ("{{ 1 if input is in(fields.a) }}" * 400, WORDS),
    "both branches": ("{{ input|title if input|title else input|title }}", LETTERS),
    "in a condition that fails": ("{% if 0 %}{{ input|title|title }}{% endif %}", LETTERS),
    "several fields": ("{{ fields.a|title }}{{ fields.b|title }}{{ page.title|title }}", LETTERS),
    "content as it is": ("{{ input }}", WORDS),
    "content many times": ("{{ input }}" * 1_500, WORDS),
    "content without words": ("{{ input }}" * 1_500, " " * SIZE),
    "opening brackets": ("{{ input }}", sized("<")),
    "beginnings of tags": ("{{ input }}", sized("<input ")),
    "attributes of a tag": ("{{ input }}", "<input " + "a= " * (SIZE // 3)),
    "spaces in a tag": ("{{ input }}", "<input" + " " * SIZE),
    "invisible characters in a tag": ("{{ input }}", "<" + "\u200b" * SIZE),
    "long compatibility forms": ("{{ input }}", sized("<\ufdfa")),
    "loop over content": ("{% for letter in input %}{{ letter }}{% endfor %}", WORDS),
    "loop over words": ("{% for word in input.split() %}{{ word }}{% endfor %}", WORDS),
}
"""Templates, and the content of each of their variables."""
ALLOWED = {
    "title once": ("{{ input|title|first }}", LETTERS),
    "plain once": ("{{ input|plain|first }}", sized("**a** ")),
    "wordcount once": ("{{ input|wordcount }}", LETTERS),
    "trim with half of it": ("{{ input|trim(input)|length }}", SCRIPTS[: SIZE // 2]),
    "search once": ("{{ 1 if 'b' in input else 2 }}", LETTERS),
}
"""The most that may be read."""


def heavy_values(content: str) -> dict[str, str | int | None]:
    values: dict[str, str | int | None] = dict.fromkeys(DESCRIPTIONS, content)
    return values | {"fields.a": content, "fields.b": content, "max_length": 9}


@pytest.mark.parametrize(("text", "content"), HEAVY.values(), ids=HEAVY.keys())
def test_a_template_that_reads_too_much_is_refused(text: str, content: str) -> None:
    with pytest.raises(InvalidInput):
        render(text, heavy_values(content), max_chars=MAX_CHARS)


@pytest.mark.parametrize(("text", "content"), ALLOWED.values(), ids=ALLOWED.keys())
def test_every_filter_may_read_all_of_a_long_text_once(text: str, content: str) -> None:
    assert render(text, heavy_values(content), max_chars=MAX_CHARS)


def spent(text: str, **values: str) -> int:
    work = Work()
    before = work.chars
    render(text, values, max_chars=1_000, work=work)
    return before - work.chars


@pytest.mark.parametrize(
    ("text", "chars"),
    [
        ("{{ input }}", 0),
        ("{{ input|upper }}", 40),
        ("{{ input|upper|lower|title }}", 120),
        ("{{ input|trim(post_title) }}", 50),
        ("{% if input == post_title %}{% endif %}", 50),
        ("{{ 1 if post_title is in(input) }}", 50),
        ("{% if 0 %}{{ input|upper }}{% else %}{{ input|lower }}{% endif %}", 80),
        ("{{ input|length }}{{ input|first }}{{ input|last }}{{ input|default('-') }}", 0),
        ("{% if input is defined and input %}{{ input }}{% endif %}", 0),
    ],
)
def test_filters_and_comparisons_cost_as_much_as_they_read(text: str, chars: int) -> None:
    assert spent(text, input="harbour " * 5, post_title="ten ropes.") == chars


def test_the_templates_of_one_prompt_share_what_may_be_read() -> None:
    work = Work(100)

    render("{{ input|upper }}", {"input": "x" * 60}, max_chars=1_000, work=work)
    with pytest.raises(InvalidInput, match="would read more than 2,500,000 characters"):
        render("{{ input|upper }}", {"input": "x" * 60}, max_chars=1_000, work=work)


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [
        ("{{ input|trim }}", "xx tide xyx"),
        ("{{ input|trim('yx ') }}", "tide"),
        ("{{ input|trim('') }}", "  xx tide xyx "),
        ("{{ input|trim(chars=' x') }}", "tide xy"),
    ],
)
def test_trim_removes_the_same_as_in_python(text: str, trimmed: str) -> None:
    prompt = render(text, {"input": "  xx tide xyx "}, max_chars=1_000)

    assert prompt == f"<input>{trimmed}</input>"


@pytest.mark.parametrize(
    "text",
    ["low tide-mark (dry) [wet", "\u0130stanbul \u0391\u03a3 \u00e9a\tb\n\u00df", "", " -a 1b"],
)
def test_title_capitalizes_as_jinja2_does(text: str) -> None:
    prompt = render("-{{ instruction|title }}-", {"instruction": text}, max_chars=1_000)

    assert prompt == f"-{do_title(text)}-"


def test_a_text_of_nothing_but_what_is_trimmed_is_empty() -> None:
    assert render("{{ input|trim('x') }}", {"input": "xxx"}, max_chars=1_000) == ""


def built(text: str, source: str) -> Prompt:
    return build_prompt(
        text=text, system_instructions="", instance=BlogPageFactory.build(), source=source
    )


@pytest.mark.django_db
def test_a_source_is_cut_to_what_a_prompt_can_hold_before_it_is_rendered() -> None:
    prompt = built("{{ input|title|truncate(40) }}{{ input|upper|lower|truncate(40) }}", WORDS)

    assert prompt.text.startswith("<input>Word Word ")
    assert prompt.truncated_chars == 0


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["{{ input }}", "{{ input|upper }} and {{ input }}{{ input }}"])
def test_a_source_that_is_longer_than_a_prompt_is_cut(text: str) -> None:
    prompt = built(text, WORDS)

    limit = get_settings().max_prompt_chars
    assert limit * 0.95 < len(prompt.text) <= limit
    sent = len(prompt.text) / text.count("input")
    assert prompt.truncated_chars == pytest.approx(len(WORDS) - sent, abs=100)


@pytest.mark.django_db
def test_a_template_that_is_too_long_without_its_source_is_refused() -> None:
    page = BlogPageFactory.build(title="t" * 250)

    with pytest.raises(InvalidInput) as caught:
        build_prompt(
            text="{{ page.title }}" * 600 + "{{ input }}",
            system_instructions="",
            instance=page,
            source=WORDS,
        )

    assert caught.value.reason == InvalidInput.Reason.TOO_LONG
