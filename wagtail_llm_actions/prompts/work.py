"""A bound for the work of templates: how many characters their filters and comparisons may read.

The count is made before anything is rendered, from the tree and the sizes of the values, so it is the
same on every machine.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from jinja2 import nodes

from wagtail_llm_actions.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_CHARS_READ = 2_500_000
"""By all templates of one prompt: 1 s with ``plain``, the slowest filter (Python 3.13)."""
READERS = (nodes.Filter, nodes.Compare, nodes.Test)
DELIMIT = "delimit"
"""The filter that puts tags around content. We add it to the tree; templates cannot name it."""
FREE = frozenset({"default", "defined", "first", "last", "length", "none", "undefined"} | {DELIMIT})
"""Filters and tests that take the same time for any text, and what ends with the prompt's limit."""


class Work:
    """What the templates of one prompt may still read."""

    def __init__(self, chars: int = MAX_CHARS_READ) -> None:
        self.chars = chars

    def spend(self, reads: Mapping[str, int], context: Mapping[str, object]) -> None:
        """Subtract a rendering; branches of conditions count whether they are taken or not.

        Args:
            reads: How often a template reads each name; see ``count_reads``.
            context: The values by name.

        Raises:
            InvalidInput: Too little is left.
        """
        self.chars -= sum(times * len(str(context[name])) for name, times in reads.items())
        if self.chars < 0:
            message = _(
                "The filters and comparisons of this template would read more than %(limit)s "
                "characters of this content. Use fewer of them."
            )
            limit = number_format(MAX_CHARS_READ, force_grouping=True)
            raise InvalidInput(InvalidInput.Reason.TEMPLATE, message % {"limit": limit})


def count_reads(tree: nodes.Node) -> Counter[str]:
    """Return how often the filters, comparisons and tests of a template read each name.

    What a filter returns counts as its input, because none makes a text more than three times longer.
    """
    return Counter(
        name.name
        for reader in tree.find_all(READERS)
        if getattr(reader, "name", "") not in FREE
        for name in reader.find_all(nodes.Name)
    )
