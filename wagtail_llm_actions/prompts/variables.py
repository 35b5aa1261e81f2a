"""The variables that templates may use; the template form and the docs list them from here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class Variables:
    """The values of one run; always text, never undefined."""

    input: str
    post_title: str
    post_summary: str

    def as_dict(self) -> dict[str, str]:
        """Return the values by the names that templates use."""
        return asdict(self)


DESCRIPTIONS: dict[str, Promise] = {
    "input": _("The content of the source field."),
    "post_title": _("The title of the page, or the name of the snippet."),
    "post_summary": _("The summary of the page, where it has one."),
}
