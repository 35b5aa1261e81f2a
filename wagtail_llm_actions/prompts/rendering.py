"""Render a prompt template in a small, bounded part of Jinja2.

Templates are written by admins and run on the server. Jinja2's own sandbox alone is not enough: it
keeps a template from reaching Python objects, but lets it run for seconds and fill the memory with one
multiplication. So only what ``grammar.py`` lists compiles.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from jinja2 import (
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
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
from wagtail_llm_actions.prompts.variables import is_content, is_variable, tag, without_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.prompts.variables import Values

MAX_TEMPLATE_CHARS = 20_000
DELIMIT = "delimit"
"""A filter that templates themselves cannot name."""


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


_environment = _PromptEnvironment()


def validate(text: str) -> None:
    """Check that a template compiles and uses only known variables.

    Raises:
        InvalidInput: ``detail`` says, in the active language, what is wrong in which line.
    """
    _compile(text)


def used_variables(text: str) -> frozenset[str]:
    """Return the variables that a template uses, such as ``input`` and ``fields.intro``.

    Raises:
        InvalidInput: As ``validate``.
    """
    return _compile(text)[1]


def render(text: str, values: Values, *, max_chars: int) -> str:
    """Return the prompt of one run, without white space around it.

    Content stands between tags, such as ``<input>`` and ``</input>``, so that the model can tell
    it from the instructions.

    Raises:
        InvalidInput: The template is not valid, uses a field that ``values`` does not have, or the
            prompt has more than ``max_chars`` characters.
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
        raise InvalidInput(InvalidInput.Reason.TEMPLATE, str(error)) from None
    return _storable("".join(pieces)).strip()


def _neutral(name: str, value: str | int | None) -> str | int | None:
    return without_tags(value) if isinstance(value, str) and is_content(name) else value


def _storable(text: str) -> str:
    """Drop what a database or a JSON request refuses: NUL, and halves of surrogate pairs."""
    return text.encode(errors="ignore").decode().replace("\0", "")


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
        # Constants are worked out here already, such as the first letter of no text.
        raise InvalidInput(InvalidInput.Reason.TEMPLATE, str(error)) from None
    except RecursionError:
        raise InvalidInput(
            InvalidInput.Reason.TEMPLATE, _("The template is nested too deeply.")
        ) from None
    except ValueError:
        # Python converts no number of thousands of digits.
        raise InvalidInput(
            InvalidInput.Reason.TEMPLATE, _("A number in the template is too long.")
        ) from None
    return Template.from_code(_environment, code, {}), frozenset(names.used)


class _Names(NodeTransformer):
    """Makes one name of each dotted variable, and delimits content where it is written out."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802 - Jinja2's name
        node.nodes = [self._delimited(child) for child in node.nodes]
        return node

    def _delimited(self, node: nodes.Expr) -> nodes.Expr:
        # An expression may write several; the first gives the tag.
        name = min(_written_content(node), default="")
        expression: nodes.Expr = self.visit(node)
        if not name:
            return expression
        arguments = [nodes.Const(tag(name))]
        return nodes.Filter(expression, DELIMIT, arguments, [], None, None, lineno=node.lineno)

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Name:  # noqa: N802 - Jinja2's name
        return self._use(dotted(node), node)

    def visit_Name(self, node: nodes.Name) -> nodes.Name:  # noqa: N802 - Jinja2's name
        # Any other name is the variable of a loop.
        return self._use(node.name, node) if is_variable(node.name) else node

    def _use(self, name: str, node: nodes.Node) -> nodes.Name:
        self.used.add(name)
        return nodes.Name(_identifier(name), "load", lineno=node.lineno)


def _written_content(node: nodes.Node) -> Iterator[str]:
    """Name the content whose text an expression may write, not that which it only looks at."""
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
