"""The small part of Jinja2 that prompt templates may use.

It is an allowlist: a construct that is not named here does not compile. There are no attributes either;
``page.title`` is the name of one variable, not an attribute of an object.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from jinja2 import nodes

from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.prompts.variables import DESCRIPTIONS, is_variable

if TYPE_CHECKING:
    from django.utils.functional import Promise

MAX_DEPTH = 25
"""Levels of the syntax tree. Jinja2's time to compile grows with the cube of the depth, and Python
refuses code that is indented 100 levels deep."""
MAX_FILTERS = 50
"""Filters are the only construct whose time grows with the content."""

ALLOWED_NODES: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Test,
    nodes.Keyword,
    # Jinja2 wraps an autoescape tag in a Scope without a line number. Descend into it, so that the
    # tag itself is refused, with its line.
    nodes.Scope,
)
# Filters whose output is never much longer than their input, whatever their arguments.
ALLOWED_FILTERS = frozenset(
    {"capitalize", "default", "first", "last", "length", "lower", "title", "trim", "truncate"}
    | {"plain", "upper", "wordcount"}
)
COUNTING_FILTERS = frozenset({"length", "wordcount"})
"""Filters whose output is a number and contains none of the content."""
ALLOWED_TESTS = frozenset(
    {"defined", "undefined", "none", "eq", "ne", "in", "lt", "gt", "le", "ge"}
)

ALTERNATIVES: tuple[tuple[tuple[type[nodes.Node], ...], Promise], ...] = (
    ((nodes.For,), _lazy("A template cannot have loops. Write each part out.")),
    (
        (nodes.List, nodes.Tuple, nodes.Dict),
        _lazy("A template cannot have lists. Name each value, as in “x == 'a' or x == 'b'”."),
    ),
    (
        (nodes.Call,),
        _lazy("A template cannot call functions. Use a filter, such as {{ input|upper }}."),
    ),
    (
        (nodes.Getitem,),
        _lazy("A template cannot use brackets. Use a filter, such as {{ input|truncate(100) }}."),
    ),
    ((nodes.Concat,), _lazy("A template cannot use “~”. Write one {{ … }} after the other.")),
    ((nodes.BinExpr, nodes.UnaryExpr), _lazy("A template cannot calculate. Write the number out.")),
)
"""What to do instead of the constructs that people are most likely to try."""


def check(tree: nodes.Template) -> None:
    """Check a whole template.

    Raises:
        InvalidInput: ``detail`` names the line, what is not allowed there and what to do instead.
    """
    _check(tree)
    filters = list(tree.find_all(nodes.Filter))
    if len(filters) > MAX_FILTERS:
        message = _("A template can have at most %(limit)d filters.")
        _reject(filters[MAX_FILTERS], message % {"limit": MAX_FILTERS})


def dotted(node: nodes.Getattr) -> str:
    """Return the dotted name of a variable, such as ``page.title``, from its attribute node."""
    owner = node.node.name if isinstance(node.node, nodes.Name) else ""
    return f"{owner}.{node.attr}"


def at_line(line: int, message: str) -> str:
    """Return the message with the line of the template in front."""
    return _("Line %(line)d: %(message)s") % {"line": line, "message": message}


def _reject(node: nodes.Node, message: str) -> NoReturn:
    raise InvalidInput(InvalidInput.Reason.TEMPLATE, at_line(node.lineno, message))


def _check(node: nodes.Node, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        _reject(node, _("This is nested too deeply. Write shorter conditions."))
    if not isinstance(node, ALLOWED_NODES):
        _reject(node, _alternative(node))
    if isinstance(node, nodes.Const) and node.value in {math.inf, -math.inf}:
        _reject(node, _("A number is too large."))
    _check_name(node)
    # The owner in an attribute, such as "page", is not a variable of its own.
    for child in () if isinstance(node, nodes.Getattr) else node.iter_child_nodes():
        _check(child, depth + 1)


def _check_name(node: nodes.Node) -> None:
    if isinstance(node, nodes.Filter) and node.name not in ALLOWED_FILTERS:
        _reject(node, _("There is no filter “%(name)s”.") % {"name": node.name})
    if isinstance(node, nodes.Test) and node.name not in ALLOWED_TESTS:
        _reject(node, _("There is no test “%(name)s”.") % {"name": node.name})
    if isinstance(node, nodes.Name) and node.name not in DESCRIPTIONS:
        _reject(node, _("There is no variable “%(name)s”.") % {"name": node.name})
    if isinstance(node, nodes.Getattr) and not is_variable(dotted(node)):
        _reject(node, _("There is no variable “%(name)s”.") % {"name": dotted(node)})


def _alternative(node: nodes.Node) -> str:
    for kinds, sentence in ALTERNATIVES:
        if isinstance(node, kinds):
            return str(sentence)
    message = _("“%(construct)s” is not allowed in a prompt template.")
    return message % {"construct": type(node).__name__}
