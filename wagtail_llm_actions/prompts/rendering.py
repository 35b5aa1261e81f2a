"""Render prompt templates: Jinja2, restricted to the allowlist of ``grammar.py``.

Admins write templates and the server runs them. Jinja2's sandbox keeps a template away from Python
objects, but not from using up time and memory: one multiplication is enough. The allowlist does both,
together with the limits of ``work.py``.
"""

from __future__ import annotations

import re
import traceback
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _
from jinja2 import (
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.prompts.grammar import (
    ALLOWED_FILTERS,
    ALLOWED_TESTS,
    COUNTING_FILTERS,
    at_line,
    check,
    dotted,
)
from wagtail_llm_actions.prompts.text import storable
from wagtail_llm_actions.prompts.variables import is_content, neutralize_tags, tag
from wagtail_llm_actions.prompts.work import DELIMIT, Work, count_reads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wagtail_llm_actions.prompts.variables import Values

MAX_TEMPLATE_CHARS = 20_000
MAX_CHARS = "max_chars"
"""The name of the prompt's limit in a compiled template; templates cannot use it."""

_WORD = re.compile(r"[^-\s({\[<]+")


def _delimit(content: object, name: str, max_chars: int) -> str:
    # One character too many, so that a text that is too long still is. Tags are looked for in what
    # is written, not in what it is made from: a filter can make them of other letters.
    text = neutralize_tags(str(content)[: max_chars + 1])
    return f"<{name}>{text}</{name}>" if text.strip() else text


def _trim(value: object, chars: str | None = None) -> str:
    """Remove characters at both ends; ``str.strip`` takes as long as both texts multiplied."""
    text = str(value)
    if chars is None:
        return text.strip()
    unwanted = frozenset(chars)
    start = sum(1 for _character in takewhile(unwanted.__contains__, text))
    end = sum(1 for _character in takewhile(unwanted.__contains__, reversed(text[start:])))
    return text[start : len(text) - end]


def _title(value: object) -> str:
    """Capitalize words; Jinja2's own filter does the same with twice the memory."""
    return _WORD.sub(lambda word: word[0][0].upper() + word[0][1:].lower(), str(value))


def _plain(value: object) -> str:
    """Remove the marks of Markdown, but not those of lists and tables."""
    # Loaded where a template uses it: the expressions take long to compile.
    from wagtail_llm_actions.answers.markup import without_markdown  # noqa: PLC0415

    return without_markdown(str(value))


class _Compiled(NamedTuple):
    template: Template
    used: frozenset[str]
    """The names of its variables, as they are written."""
    reads: Mapping[str, int]
    """See ``count_reads``."""


class _PromptEnvironment(ImmutableSandboxedEnvironment):
    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self.globals.clear()
        self.filters = {
            name: function for name, function in self.filters.items() if name in ALLOWED_FILTERS
        }
        self.filters |= {DELIMIT: _delimit, "plain": _plain, "title": _title, "trim": _trim}
        self.tests = {name: test for name, test in self.tests.items() if name in ALLOWED_TESTS}
        self.tests["none"] = self.tests["undefined"]


_environment = _PromptEnvironment()


def validate(text: str) -> None:
    """Check that a template compiles and uses only known variables.

    Raises:
        InvalidInput: ``detail`` is a sentence in the active language that names line and problem.
    """
    _compile(text)


def used_variables(text: str) -> frozenset[str]:
    """Return the names of the variables in a template, such as ``input`` and ``fields.intro``.

    Raises:
        InvalidInput: The template is not valid; see ``validate``.
    """
    return _compile(text).used


def render(text: str, values: Values, *, max_chars: int, work: Work | None = None) -> str:
    """Return the prompt, stripped, with content between tags such as ``<input>`` and ``</input>``.

    The tags let the model tell content from instructions.

    Args:
        text: The template.
        values: The value of each variable; those the template does not use may be missing.
        max_chars: The longest prompt to accept, in characters. Rendering stops there.
        work: What may be read, together with other templates of the prompt; by default, this is
            the only one.

    Raises:
        InvalidInput: The template is not valid, uses a variable that ``values`` does not have,
            would read too much, fails with these values, or makes a prompt of more than
            ``max_chars`` characters.
    """
    template, used, reads = _compile(text)
    if missing := used - values.keys():
        message = _("There is no variable “%(name)s” here.") % {"name": min(missing)}
        raise InvalidInput(InvalidInput.Reason.TEMPLATE, message)
    context: dict[str, object] = {_identifier(name): _value(name, values[name]) for name in used}
    (work or Work()).spend(reads, context)
    pieces: list[str] = []
    length = 0
    try:
        for piece in template.generate(context, **{MAX_CHARS: max_chars}):
            length += len(piece)
            if length > max_chars:
                raise InvalidInput(InvalidInput.Reason.TOO_LONG, str(max_chars))
            pieces.append(piece)
    except (TemplateError, TypeError, ValueError, AssertionError) as error:
        message = _("The template cannot be rendered here: %(error)s.") % {"error": error}
        raise InvalidInput(InvalidInput.Reason.TEMPLATE, _at_line_of(error, message)) from None
    return storable("".join(pieces)).strip()


def _value(name: str, value: str | int | None) -> str | int | Undefined:
    # The limit of a field that has none: written as nothing, and the filter "default" applies.
    return Undefined(name=name) if value is None else value


def _at_line_of(error: Exception, message: str) -> str:
    """Put the line of the template where the error occurred in front of the message."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == "<template>" and frame.lineno]
    return at_line(lines[-1], message) if lines else message


@lru_cache(maxsize=128)
def _compile(text: str) -> _Compiled:
    if len(text) > MAX_TEMPLATE_CHARS:
        msg = _("The template has more than %(limit)d characters.") % {"limit": MAX_TEMPLATE_CHARS}
        raise InvalidInput(InvalidInput.Reason.TEMPLATE, msg)
    try:
        tree = _environment.parse(text)
        check(tree)
        names = _Names()
        tree = names.visit(tree)
        reads = count_reads(tree)
        code = _environment.compile(tree)
    except TemplateSyntaxError as error:
        raise InvalidInput(
            InvalidInput.Reason.TEMPLATE, at_line(error.lineno, str(error.message))
        ) from None
    except UndefinedError as error:
        # Jinja2 evaluates constant expressions while it compiles; this one has no value, such as
        # the first letter of an empty text.
        raise InvalidInput(InvalidInput.Reason.TEMPLATE, str(error)) from None
    except RecursionError:
        raise InvalidInput(
            InvalidInput.Reason.TEMPLATE, _("The template is nested too deeply.")
        ) from None
    except ValueError:
        # Python refuses to convert numbers with thousands of digits.
        raise InvalidInput(
            InvalidInput.Reason.TEMPLATE, _("A number in the template is too long.")
        ) from None
    return _Compiled(Template.from_code(_environment, code, {}), frozenset(names.used), reads)


class _Names(NodeTransformer):
    """Replaces dotted variables by plain names, and adds the delimiters around written content."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802 - Jinja2's name
        node.nodes = [self._delimited(child) for child in node.nodes]
        return node

    def _delimited(self, node: nodes.Expr) -> nodes.Expr:
        # An expression such as "a or b" may write one of several; the first name gives the tag.
        name = min(_written_content(node), default="")
        expression: nodes.Expr = self.visit(node)
        if not name:
            return expression
        arguments = [nodes.Const(tag(name)), nodes.Name(MAX_CHARS, "load")]
        return nodes.Filter(expression, DELIMIT, arguments, [], None, None, lineno=node.lineno)

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Name:  # noqa: N802 - Jinja2's name
        return self._use(dotted(node), node)

    def visit_Name(self, node: nodes.Name) -> nodes.Name:  # noqa: N802 - Jinja2's name
        return self._use(node.name, node)

    def _use(self, name: str, node: nodes.Node) -> nodes.Name:
        self.used.add(name)
        return nodes.Name(_identifier(name), "load", lineno=node.lineno)


def _written_content(node: nodes.Node) -> Iterator[str]:
    """Yield the content variables whose text an expression may output, not only examine."""
    name = dotted(node) if isinstance(node, nodes.Getattr) else getattr(node, "name", "")
    if isinstance(node, (nodes.Getattr, nodes.Name)):
        if is_content(name):
            yield name
    elif isinstance(node, nodes.CondExpr):
        yield from _written_content(node.expr1)
        if node.expr2 is not None:
            yield from _written_content(node.expr2)
    elif isinstance(node, (nodes.Compare, nodes.Test, nodes.Not)) or name in COUNTING_FILTERS:
        return
    else:
        for child in node.iter_child_nodes():
            yield from _written_content(child)


def _identifier(name: str) -> str:
    return name.replace(".", "__")
