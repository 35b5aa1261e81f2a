"""``ErrorEntry``: everything about one error that people read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from wagtail_llm_actions.errors import LLMActionsError

Sentence = Callable[[Any, str], str]
"""Takes the context of the error and the key of the model."""
RETRYING = _("Trying again in %(seconds)d s (%(number)d of %(of)d)")


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorEntry:
    """What people read about one error; its retry rules are on the class."""

    error: type[LLMActionsError]
    """Has the code, and whether, how often and with which model the call is tried again."""
    reason: str = ""
    """The case, where the class has several."""
    title: Promise | str = ""
    """Of the error code, for reports and filters; only entries without a reason have one."""
    sentence: Promise | Sentence
    """For the editor: what happened, and what to do next. May use ``model`` and ``field``."""
    troubleshooting: Promise
    """For the admin: what to check, and which setting it is. The names that it may use are in
    ``messages.errors.troubleshooting``."""
    form_field: str = ""
    """The field of the action's form that most likely causes the error."""
    retrying: Promise = RETRYING
    """For the editor, while the run waits for its next attempt."""

    @property
    def key(self) -> tuple[str, str]:
        """The error code, and the case; empty for the rest of the code."""
        return self.error.code.value, str(self.reason or self.error.reason)
