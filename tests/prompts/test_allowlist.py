"""What a template must not contain, and that the message names the line."""

from __future__ import annotations

import re

import pytest

from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.prompts.grammar import MAX_FILTERS
from wagtail_llm_actions.prompts.rendering import render, used_variables, validate
from wagtail_llm_actions.prompts.variables import DESCRIPTIONS

REFUSED = {
    "attribute": "{{ input.__class__ }}",
    "attribute of a page": "{{ page.owner }}",
    "private attribute of a page": "{{ page.__class__ }}",
    "attribute of a page's title": "{{ page.title.__class__ }}",
    "attribute of a form": "{{ fields.__class__ }}",
    "attribute of a form's field": "{{ fields.intro.upper }}",
    "item of a form": "{{ fields['intro'] }}",
    "a page": "{{ page }}",
    "all fields": "{{ fields }}",
    "loop over fields": "{% for name in fields %}{{ name }}{% endfor %}",
    "setting of a site": "{{ site.root_page }}",
    "our own filter": "{{ input|delimit('x') }}",
    "loop variable of a known name": "{% for input in ['a'] %}{{ input }}{% endfor %}",
    "attribute walk": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "attribute of a loop": "{% for x in [1] %}{{ loop.index }}{% endfor %}",
    "item": "{{ input['__class__'] }}",
    "slice": "{{ input[:10] }}",
    "call": "{{ input() }}",
    "method": "{{ input.upper() }}",
    "format method": "{{ '{0.__class__}'.format(input) }}",
    "format filter": "{{ '%1000000000s'|format(input) }}",
    "global function": "{{ range(10) }}",
    "namespace": "{% set n = namespace(x=1) %}",
    "cycler": "{{ cycler('a', 'b') }}",
    "lipsum": "{{ lipsum.__globals__ }}",
    "addition": "{{ input + input }}",
    "subtraction": "{{ 1 - 2 }}",
    "multiplication": "{{ 'a' * 10**9 }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "division": "{{ 1 / 0 }}",
    "floor division": "{{ 1 // 0 }}",
    "modulo": "{{ '%0999999999d' % 1 }}",
    "negation": "{{ -1 }}",
    "plus sign": "{{ +1 }}",
    "concatenation": "{{ input ~ input }}",
    "dictionary": "{{ {'a': input} }}",
    "tuple": "{{ (input, input) }}",
    "loop over pairs": "{% for a, b in [input] %}{{ a }}{% endfor %}",
    "list as text": "{{ [input, input] }}",
    "list in a list": "{% for x in [[input], [input]] %}{{ x }}{% endfor %}",
    "list in a filter": "{{ [input, input]|upper }}",
    "list in a condition": "{{ [input] if input else [input] }}",
    "list as an argument": "{{ input|default([input, input]) }}",
    "list in a test": "{{ input is in [input] }}",
    "list compared": "{{ input == [input] }}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}",
    "import": "{% import 'x' as y %}",
    "import from": "{% from 'x' import y %}",
    "include": "{% include '/etc/passwd' %}",
    "extends": "{% extends 'x' %}",
    "block": "{% block b %}{% endblock %}",
    "set": "{% set x = input %}",
    "set block": "{% set x %}{{ input }}{% endset %}",
    "with": "{% with x = input %}{% endwith %}",
    "call block": "{% call input() %}{% endcall %}",
    "filter block": "{% filter upper %}{% endfilter %}",
    "autoescape": "{% autoescape true %}{% endautoescape %}",
    "expression statement": "{% do input.append(1) %}",
    "comprehension": "{{ [x for x in input] }}",
    "lambda": "{{ (lambda: input)() }}",
    "self": "{{ self }}",
    "self in a condition": "{% if self %}{% endif %}",
    "loop": "{% for x in [1] %}{{ loop }}{% endfor %}",
    "loop as list": "{% for x in [1] %}{% for y in loop %}{% endfor %}{% endfor %}",
    "loop over text": "{% for letter in input %}{{ letter }}{% endfor %}",
    "loop over a filtered text": "{% for letter in input|upper %}{{ letter }}{% endfor %}",
    "recursive loop": "{% for x in [1] recursive %}{{ x }}{% endfor %}",
    "three loops": "{% for a in [1] %}{% for b in [1] %}{% for c in [1] %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "filter attr": "{{ input|attr('__class__') }}",
    "filter map": "{{ input|map('upper') }}",
    "filter center": "{{ input|center(1000000000) }}",
    "filter indent": "{{ input|indent(1000000000) }}",
    "filter replace": "{{ input|replace('', input) }}",
    "filter join": "{{ input|join(input) }}",
    "filter list": "{{ input|list }}",
    "filter pprint": "{{ input|pprint }}",
    "filter tojson": "{{ input|tojson }}",
    "filter safe": "{{ input|safe }}",
    "filter with underscores": "{{ input|__class__ }}",
    "test callable": "{{ input is callable }}",
    "test filter": "{{ input is filter }}",
    "unknown variable": "{{ inptu }}",
    "unknown variable in a test": "{% if page is defined %}{% endif %}",
    "unknown variable in an argument": "{{ input|default(settings) }}",
    "loop variable outside": "{% for x in [1] %}{% endfor %}{{ x }}",
    "loop variable in its own list": "{% for x in [x] %}{{ x }}{% endfor %}",
    "private name": "{{ __import__ }}",
    "infinite number": "{{ input|truncate(1e999) }}",
    "unfinished tag": "{{ input",
    "unfinished block": "{% if input %}",
    "unknown tag": "{% debug %}",
    "empty expression": "{{ }}",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_a_template_that_says_more_than_is_listed_does_not_compile(text: str) -> None:
    with pytest.raises(InvalidInput, match="Line 3: ") as caught:
        validate(f"first\nsecond\n{text}")

    assert caught.value.reason == InvalidInput.Reason.TEMPLATE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n{{ titel }}", "Line 2: There is no variable “titel”."),
        ("{{ input|reverse }}", "Line 1: There is no filter “reverse”."),
        ("{{ input is odd }}", "Line 1: There is no test “odd”."),
        (
            "{% for x in ['a', 'b'] %}{{ x }}{% endfor %}",
            "Line 1: A template cannot have loops. Write each part out.",
        ),
        (
            "{% if input in ['a', 'b'] %}{% endif %}",
            "Line 1: A template cannot have lists. Name each value, as in “x == 'a' or x == 'b'”.",
        ),
        (
            "\n{{ input.upper() }}",
            "Line 2: A template cannot call functions. Use a filter, such as {{ input|upper }}.",
        ),
        (
            "{{ input[:10] }}",
            "Line 1: A template cannot use brackets. Use a filter, such as "
            "{{ input|truncate(100) }}.",
        ),
        (
            "{{ input ~ input }}",
            "Line 1: A template cannot use “~”. Write one {{ … }} after the other.",
        ),
        (
            "{{ max_length - 5 }}",
            "Line 1: A template cannot calculate. Write the number out.",
        ),
        (
            "{% macro m() %}{% endmacro %}",
            "Line 1: “Macro” is not allowed in a prompt template.",
        ),
        ("{{ input.x }}", "Line 1: There is no variable “input.x”."),
    ],
)
def test_the_message_says_what_is_wrong_and_where(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=f"^{re.escape(f'template: {message}')}$"):
        validate(text)


BOMBS = {
    "long list": "{% for a in [" + "1," * 1_500 + "] %}{{ a }}{{ a }}{% endfor %}",
    "two loops": "{% for a in [" + "1," * 60 + "] %}{% for b in [" + "1," * 60 + "] %}"
    "{% endfor %}{% endfor %}",
    "many filters in a row": "{{ input|title|wordcount }}" * 700,
    "many filters": "{{ input" + "|upper" * 3_000 + " }}",
    "many brackets": "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "many lists": "{{ " + "[" * 5_000 + "]" * 5_000 + " }}",
    "many nots": "{{ " + "not " * 4_500 + "1 }}",
    "many ands": "{{ " + "1 and " * 3_000 + "1 }}",
    "many else": "{{ " + "1 if 0 else " * 1_500 + "1 }}",
    "many ifs": "{% if 1 %}" * 900 + "{% endif %}" * 900,
    "many default": "{{ input" + "|default(input" * 1_000 + ")" * 1_000 + " }}",
    "huge number": "{{ " + "9" * 19_000 + " }}",
    "huge hexadecimal number": "{{ 0x" + "f" * 19_000 + " }}",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_template_that_would_take_long_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        validate(text)


def test_the_longest_work_a_template_can_order_ends() -> None:
    text = "{{ input|title|wordcount }}" * (MAX_FILTERS // 2)

    prompt = render(text, {"input": "word " * 10_000}, max_chars=10_000)

    assert prompt == "10000" * (MAX_FILTERS // 2)


def test_a_template_may_write_as_much_as_fits_into_it() -> None:
    text = "{% if instruction %}{{ instruction }}{% elif 1 %}{{ max_length }}{% endif %}" * 250

    assert render(text, {"instruction": "", "max_length": 7}, max_chars=250) == "7" * 250


def test_filters_are_counted_in_all_of_a_template() -> None:
    text = "{{ input|upper|lower }}\n" * (MAX_FILTERS // 2)

    validate(text)
    with pytest.raises(InvalidInput, match=f"A template can have at most {MAX_FILTERS} filters"):
        validate(text + "{% if input|length %}{% endif %}")


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_every_described_variable_may_be_used(name: str) -> None:
    assert used_variables(f"{{{{ {name} }}}}") == {name}


def test_a_constant_that_has_no_value_is_an_error_of_the_template() -> None:
    with pytest.raises(InvalidInput) as caught:
        validate("{{ 'a' if ''|first else 'b' }}")

    assert caught.value.reason == InvalidInput.Reason.TEMPLATE
