"""Render a prompt template in a small, bounded part of Jinja2.

Templates are written by admins and run on the server, so what is not listed here does not compile:
no calls, no attributes, no arithmetic, no macros, imports or includes. Jinja2's own sandbox alone is
not enough: it keeps a template from reaching Python objects, but lets it run for seconds and fill the
memory with one multiplication.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from django.utils.translation import gettext as _
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.prompts.variables import DESCRIPTIONS

MAX_TEMPLATE_CHARS = 20_000
MAX_ITERATIONS = 1_000
MAX_LOOP_DEPTH = 2

ALLOWED_NODES: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.If,
    nodes.For,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Test,
    nodes.Keyword,
)
# Filters whose output is never much longer than their input, whatever their arguments.
ALLOWED_FILTERS = frozenset(
    {"capitalize", "default", "first", "last", "length", "lower", "title", "trim", "truncate"}
    | {"upper", "wordcount"}
)
ALLOWED_TESTS = frozenset(
    {"defined", "undefined", "none", "eq", "ne", "in", "lt", "gt", "le", "ge"}
)


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
        } | {BOUNDED: _bounded}
        self.tests = {name: test for name, test in self.tests.items() if name in ALLOWED_TESTS}


# Put around what every loop runs over; not a name that a template could write.
BOUNDED = " bounded"


def _bounded(values: object) -> Iterator[object]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        msg = _("A loop needs a list, not a text.")
        raise SecurityError(msg)
    for count, value in enumerate(values):
        if count >= MAX_ITERATIONS:
            msg = _("A loop runs too often.")
            raise SecurityError(msg)
        yield value


_environment = _PromptEnvironment()


def validate(text: str) -> None:
    """Check that a template compiles and uses only known variables.

    Raises:
        InvalidInput: ``detail`` says, in the active language, what is wrong in which line.
    """
    _compile(text)


def render(text: str, variables: Mapping[str, str], *, max_chars: int) -> str:
    """Return the prompt of one run, without white space around it.

    Raises:
        InvalidInput: The template is not valid, or the prompt has more than ``max_chars``
            characters.
    """
    template = _compile(text)
    pieces: list[str] = []
    length = 0
    try:
        for piece in template.generate(**variables):
            length += len(piece)
            if length > max_chars:
                raise InvalidInput(InvalidInput.TOO_LONG, str(max_chars))
            pieces.append(piece)
    except (TemplateError, TypeError, ValueError) as error:
        raise InvalidInput(InvalidInput.TEMPLATE, str(error)) from None
    return "".join(pieces).strip()


@lru_cache(maxsize=128)
def _compile(text: str) -> Template:
    if len(text) > MAX_TEMPLATE_CHARS:
        msg = _("The template has more than %(limit)d characters.") % {"limit": MAX_TEMPLATE_CHARS}
        raise InvalidInput(InvalidInput.TEMPLATE, msg)
    try:
        tree = _environment.parse(text)
        _check(tree)
        for name in sorted(find_undeclared_variables(tree) - DESCRIPTIONS.keys()):
            _refuse(_first_use(tree, name), _("There is no variable “%(name)s”.") % {"name": name})
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, BOUNDED, [], [], None, None, lineno=loop.lineno)
        code = _environment.compile(tree)
    except TemplateSyntaxError as error:
        raise InvalidInput(
            InvalidInput.TEMPLATE, _at_line(error.lineno, str(error.message))
        ) from None
    except RecursionError:
        raise InvalidInput(InvalidInput.TEMPLATE, _("The template is nested too deeply.")) from None
    return Template.from_code(_environment, code, {})


def _at_line(line: int, message: str) -> str:
    return _("Line %(line)d: %(message)s") % {"line": line, "message": message}


def _refuse(node: nodes.Node, message: str) -> None:
    raise InvalidInput(InvalidInput.TEMPLATE, _at_line(node.lineno, message))


def _first_use(tree: nodes.Template, name: str) -> nodes.Node:
    return next(node for node in tree.find_all(nodes.Name) if node.name == name)


def _check(node: nodes.Node, loops: int = 0) -> None:
    if not isinstance(node, ALLOWED_NODES):
        message = _("“%(construct)s” is not allowed in a prompt template.")
        _refuse(node, message % {"construct": type(node).__name__})
    if isinstance(node, nodes.Filter) and node.name not in ALLOWED_FILTERS:
        _refuse(node, _("There is no filter “%(name)s”.") % {"name": node.name})
    if isinstance(node, nodes.Test) and node.name not in ALLOWED_TESTS:
        _refuse(node, _("There is no test “%(name)s”.") % {"name": node.name})
    if isinstance(node, nodes.For):
        loops += 1
        if loops > MAX_LOOP_DEPTH or node.recursive:
            _refuse(node, _("Loops may be nested twice at most."))
    for child in node.iter_child_nodes():
        _check(child, loops)
