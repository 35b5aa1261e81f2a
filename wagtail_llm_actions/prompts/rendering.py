"""Render a prompt template in a small, bounded part of Jinja2.

Templates are written by admins and run on the server, so what is not listed here does not compile:
no calls, no attributes, no arithmetic, no macros, imports or includes. Jinja2's own sandbox alone is
not enough: it keeps a template from reaching Python objects, but lets it run for seconds and fill the
memory with one multiplication.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from django.utils.translation import gettext as _
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.prompts.variables import DESCRIPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

MAX_TEMPLATE_CHARS = 20_000
MAX_LOOP_DEPTH = 2
# Nodes of the syntax tree below each other. Jinja2's time to compile grows with the cube of it, and
# Python itself compiles only 100 levels.
MAX_DEPTH = 25
# Nodes of the syntax tree, those inside a loop once for each turn.
MAX_STEPS = 1_000

ALLOWED_NODES: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.List,
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
    # Only stands around an autoescape tag, which is refused and, unlike this, knows its line.
    nodes.Scope,
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
        }
        self.tests = {name: test for name, test in self.tests.items() if name in ALLOWED_TESTS}


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
    except (TemplateError, TypeError, ValueError, AssertionError) as error:
        raise InvalidInput(InvalidInput.TEMPLATE, str(error)) from None
    return _storable("".join(pieces)).strip()


def _storable(text: str) -> str:
    """Drop what a database or a JSON request refuses: NUL, and halves of surrogate pairs."""
    return text.encode(errors="ignore").decode().replace("\0", "")


@lru_cache(maxsize=128)
def _compile(text: str) -> Template:
    if len(text) > MAX_TEMPLATE_CHARS:
        msg = _("The template has more than %(limit)d characters.") % {"limit": MAX_TEMPLATE_CHARS}
        raise InvalidInput(InvalidInput.TEMPLATE, msg)
    try:
        tree = _environment.parse(text)
        if _steps(tree, DESCRIPTIONS.keys()) > MAX_STEPS:
            raise InvalidInput(InvalidInput.TEMPLATE, _("The template has too many steps."))
        code = _environment.compile(tree)
    except TemplateSyntaxError as error:
        raise InvalidInput(
            InvalidInput.TEMPLATE, _at_line(error.lineno, str(error.message))
        ) from None
    except RecursionError:
        raise InvalidInput(InvalidInput.TEMPLATE, _("The template is nested too deeply.")) from None
    except ValueError:
        # Python converts no number of thousands of digits.
        raise InvalidInput(
            InvalidInput.TEMPLATE, _("A number in the template is too long.")
        ) from None
    return Template.from_code(_environment, code, {})


def _at_line(line: int, message: str) -> str:
    return _("Line %(line)d: %(message)s") % {"line": line, "message": message}


def _refuse(node: nodes.Node, message: str) -> NoReturn:
    raise InvalidInput(InvalidInput.TEMPLATE, _at_line(node.lineno, message))


def _steps(node: nodes.Node, names: Set[str], depth: int = 0, loops: int = 0) -> int:
    """Check a part of the tree; return how many nodes rendering it visits at most."""
    _check(node, names)
    if depth > MAX_DEPTH:
        _refuse(node, _("This is nested too deeply."))
    turns, list_place, inner_names = 1, None, names
    if isinstance(node, nodes.For):
        loops += 1
        turns, list_place, inner_names = _turns(node, loops), node.iter, names | {_target(node)}
    elif isinstance(node, nodes.Operand) and node.op in {"in", "notin"}:
        list_place = node.expr
    steps = 1
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.List) and child is not list_place:
            # As text, a list of texts could be thousands of times longer than each.
            _refuse(child, _("A list may stand only after “in”."))
        child_names = names if child is list_place else inner_names
        steps += _steps(child, child_names, depth + 1, loops)
    return steps * turns


def _turns(loop: nodes.For, loops: int) -> int:
    if loops > MAX_LOOP_DEPTH:
        _refuse(loop, _("Loops may be nested twice at most."))
    if loop.recursive:
        _refuse(loop, _("A loop cannot be recursive."))
    if not isinstance(loop.iter, nodes.List):
        _refuse(loop, _("A loop needs a list, not a text."))
    return len(loop.iter.items)


def _target(loop: nodes.For) -> str:
    if not isinstance(loop.target, nodes.Name):
        _refuse(loop, _("A loop has one variable."))
    return loop.target.name


def _check(node: nodes.Node, names: Set[str]) -> None:
    if not isinstance(node, ALLOWED_NODES):
        message = _("“%(construct)s” is not allowed in a prompt template.")
        _refuse(node, message % {"construct": type(node).__name__})
    if isinstance(node, nodes.Filter) and node.name not in ALLOWED_FILTERS:
        _refuse(node, _("There is no filter “%(name)s”.") % {"name": node.name})
    if isinstance(node, nodes.Test) and node.name not in ALLOWED_TESTS:
        _refuse(node, _("There is no test “%(name)s”.") % {"name": node.name})
    if isinstance(node, nodes.Name) and node.name not in names:
        _refuse(node, _("There is no variable “%(name)s”.") % {"name": node.name})
    if isinstance(node, nodes.Const) and node.value in {math.inf, -math.inf}:
        _refuse(node, _("A number is too large."))
