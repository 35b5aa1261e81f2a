"""Whatever compiles also renders, within its bounds, or is refused as invalid input."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import example, given, settings
from hypothesis import strategies as st

from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.prompts.grammar import ALLOWED_FILTERS, ALLOWED_TESTS
from wagtail_llm_actions.prompts.rendering import render, validate
from wagtail_llm_actions.prompts.variables import DESCRIPTIONS

MAX_CHARS = 500

names = st.sampled_from(
    ["input", "post_title", "page.title", "fields.a", "max_length", "page.x", "x", "self"]
)
numbers = st.one_of(st.integers(0, 10**40), st.floats(0, allow_nan=False)).map(str)
texts = st.text(max_size=8).map(repr)
atoms = st.one_of(names, numbers, texts, st.sampled_from(["true", "none", "''", "1e999"]))


def wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Build expressions from expressions, allowed ones more often than others."""
    filters = st.sampled_from(sorted(ALLOWED_FILTERS))
    tests = st.sampled_from(sorted(ALLOWED_TESTS))
    operators = st.sampled_from(["==", "!=", "<", ">=", "in", "not in", "and", "or", "~", "*", "%"])
    return st.one_of(
        inner,
        st.builds("{}|{}".format, inner, filters),
        st.builds("({})|{}({})".format, inner, filters, inner),
        st.builds("{}|truncate({}, {}, end={})".format, inner, inner, inner, inner),
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({} if {})".format, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("({} is {})".format, inner, tests),
        st.builds("({} is {}({}))".format, inner, tests, inner),
    )


expressions = st.recursive(atoms, wider, max_leaves=6)


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Build templates from templates."""
    return st.one_of(
        st.lists(inner, max_size=4).map("".join),
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, expressions, inner, inner),
        st.builds(
            "{{% if {} %}}{}{{% elif {} %}}{}{{% endif %}}".format, *[expressions, inner] * 2
        ),
    )


outputs = st.one_of(st.text(max_size=10), st.builds("{{{{ {} }}}}".format, expressions))
templates = st.recursive(outputs, blocks, max_leaves=8)
contents = st.text(max_size=2 * MAX_CHARS)


@settings(max_examples=100, deadline=2_000)
@example(text="{{ (input if ''|first else input) }}", source="", title="")
@given(text=templates, source=contents, title=contents)
def test_a_template_that_compiles_renders_within_its_bounds(
    text: str, source: str, title: str
) -> None:
    values: dict[str, str | int | None] = {
        **dict.fromkeys(DESCRIPTIONS, ""),
        "input": source,
        "post_title": title,
    }
    values |= {"fields.a": title, "max_length": None}
    with suppress(InvalidInput):
        validate(text)
        prompt = render(text, values, max_chars=MAX_CHARS)

        assert len(prompt) <= MAX_CHARS
        assert prompt.encode().decode() == prompt


@settings(max_examples=200, deadline=2_000)
@given(text=st.text(alphabet="{}%#- \n'\"[]()|.,=<>*~:abinputforelsd019_", max_size=60))
def test_no_text_at_all_makes_the_compiler_fail_otherwise(text: str) -> None:
    with suppress(InvalidInput):
        validate(text)
