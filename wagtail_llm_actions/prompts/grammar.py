"""The small part of Jinja2 that prompt templates may use.

What is not listed here does not compile: no calls, no arithmetic, no macros, imports or includes, and no
attributes: what looks like one, such as ``page.title``, is a name of its own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NoReturn

from django.utils.translation import gettext as _
from jinja2 import nodes

from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.prompts.variables import DESCRIPTIONS, is_variable

if TYPE_CHECKING:
    from collections.abc import Set

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
    nodes.Getattr,
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
COUNTING_FILTERS = frozenset({"length", "wordcount"})
"""Their output says nothing of the text."""
ALLOWED_TESTS = frozenset(
    {"defined", "undefined", "none", "eq", "ne", "in", "lt", "gt", "le", "ge"}
)


def check(tree: nodes.Template) -> None:
    """Check a whole template.

    Raises:
        InvalidInput: ``detail`` names the line and what is not allowed there.
    """
    if _steps(tree, DESCRIPTIONS.keys()) > MAX_STEPS:
        raise InvalidInput(InvalidInput.Reason.TEMPLATE, _("The template has too many steps."))


def dotted(node: nodes.Getattr) -> str:
    """Return what looks like an attribute as the name of a variable, such as ``page.title``."""
    owner = node.node.name if isinstance(node.node, nodes.Name) else ""
    return f"{owner}.{node.attr}"


def at_line(line: int, message: str) -> str:
    """Say where a message belongs."""
    return _("Line %(line)d: %(message)s") % {"line": line, "message": message}


def _refuse(node: nodes.Node, message: str) -> NoReturn:
    raise InvalidInput(InvalidInput.Reason.TEMPLATE, at_line(node.lineno, message))


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
    for child in () if isinstance(node, nodes.Getattr) else node.iter_child_nodes():
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
    if is_variable(loop.target.name):
        message = _("A loop cannot call its variable “%(name)s”.")
        _refuse(loop, message % {"name": loop.target.name})
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
    if isinstance(node, nodes.Getattr) and not is_variable(dotted(node)):
        _refuse(node, _("There is no variable “%(name)s”.") % {"name": dotted(node)})
    if isinstance(node, nodes.Const) and node.value in {math.inf, -math.inf}:
        _refuse(node, _("A number is too large."))
