"""What a field takes as its text; prompts say it, and answers are cleaned for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination:
    """The facts about a destination field that decide how an answer becomes its text."""

    is_plain: bool = True
    """Whether Markdown and HTML would be shown to readers as they are."""
    markup: tuple[str, ...] = ()
    """What the field takes of Markdown, as a prompt calls it; empty for all of it."""
    has_references: bool = False
    """Whether links and images of the input come back as references to the same objects."""
    is_one_line: bool = False
    max_length: int | None = None
    """In characters; ``None`` without a limit."""
    help_text: str = ""
    """What the form says about the field; in the language of the editor, mostly empty."""
    rules: tuple[str, ...] = ()
    """Sentences, in English, about what the field's validators ask for."""
