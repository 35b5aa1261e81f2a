"""Render prompt templates: Jinja2, restricted to the allowlist of ``grammar.py``.

Admins write templates and the server runs them. Jinja2's sandbox keeps a template away from Python
objects, but not from using up time and memory: one multiplication is enough. The allowlist does both.
"""

from __future__ import annotations

import traceback
from functools import lru_cache
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.prompts.variables import Values

MAX_TEMPLATE_CHARS = 20_000
DELIMIT = "delimit"
"""The filter that puts tags around content. We add it to the tree; templates cannot name it."""


def _delimit(content: object, name: str) -> str:
    text = str(content)
    return f"<{name}>{text}</{name}>" if text.strip() else text


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
        self.filters[DELIMIT] = _delimit
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
    return _compile(text)[1]


def render(text: str, values: Values, *, max_chars: int) -> str:
    """Return the prompt, stripped, with content between tags such as ``<input>`` and ``</input>``.

    The tags let the model tell content from instructions.

    Args:
        text: The template.
        values: The value of each variable; those the template does not use may be missing.
        max_chars: The longest prompt to accept, in characters. Rendering stops there.

    Raises:
        InvalidInput: The template is not valid, uses a variable that ``values`` does not have,
            fails with these values, or makes a prompt of more than ``max_chars`` characters.
    """
    template, used = _compile(text)
    if missing := used - values.keys():
        message = _("There is no variable “%(name)s” here.") % {"name": min(missing)}
        raise InvalidInput(InvalidInput.Reason.TEMPLATE, message)
    pieces: list[str] = []
    length = 0
    try:
        for piece in template.generate(**{_identifier(n): _neutral(n, values[n]) for n in used}):
            length += len(piece)
            if length > max_chars:
                raise InvalidInput(InvalidInput.Reason.TOO_LONG, str(max_chars))
            pieces.append(piece)
    except (TemplateError, TypeError, ValueError, AssertionError) as error:
        message = _("The template cannot be rendered here: %(error)s.") % {"error": error}
        raise InvalidInput(InvalidInput.Reason.TEMPLATE, _at_line_of(error, message)) from None
    return storable("".join(pieces)).strip()


def _neutral(name: str, value: str | int | None) -> str | int | Undefined:
    if value is None:
        # The limit of a field that has none: written as nothing, and the filter "default" applies.
        return Undefined(name=name)
    return neutralize_tags(value) if isinstance(value, str) and is_content(name) else value


def _at_line_of(error: Exception, message: str) -> str:
    """Put the line of the template where the error occurred in front of the message."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == "<template>" and frame.lineno]
    return at_line(lines[-1], message) if lines else message


@lru_cache(maxsize=128)
def _compile(text: str) -> tuple[Template, frozenset[str]]:
    if len(text) > MAX_TEMPLATE_CHARS:
        msg = _("The template has more than %(limit)d characters.") % {"limit": MAX_TEMPLATE_CHARS}
        raise InvalidInput(InvalidInput.Reason.TEMPLATE, msg)
    try:
        tree = _environment.parse(text)
        check(tree)
        names = _Names()
        code = _environment.compile(names.visit(tree))
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
    return Template.from_code(_environment, code, {}), frozenset(names.used)


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
        arguments = [nodes.Const(tag(name))]
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
