"""Find what an assistant says before and after a text, and further texts that it offers."""

from __future__ import annotations

import re

from wagtail_llm_actions.answers.phrases import (
    BARE_LABEL,
    COMMENT,
    COUNT,
    LEAD_IN_LINE,
    LEAD_IN_ON_LINE,
    NEEDS_CAPITAL,
)

MAX_LINE = 300
"""Characters; lead-ins are short, and looking no further keeps the search fast."""
_EMPHASIS = "*_#> \t"
_ITEM = re.compile(
    r"[ \t]*(?:\*\*)?(?:\(?\d{1,2}[.)]|[-*•‣]|(?:option|title|version|titel|titre|vorschlag|título|#)\s?(?:\d{1,2}|[A-E])\s?[:.)])"
    r"(?:\*\*)?[ \t]+(?=\S)",
    re.IGNORECASE,
)
_ONLY_ITEM = re.compile(r"\s*1[.)]\s+(\S[^\n]*)")
_NUMBERED_ON_LINE = re.compile(
    r"(?s)(?:[^\n]{0,60}[:：]\s+)?\(?1[.)]\s+(\S.{0,600}?)[\s;,]+\(?2[.)]\s.*"
)
_EXPLANATION = re.compile(
    r"(?i)\s*(?:(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$|#{1,6}\s|\*\*[^*\n]{1,60}(?::\*\*|\*\*:)"
    r"|\*?(?:note|hinweis|remarque|nota)\s?:)"
)
"""A rule, a heading or a note, which a text of one line does not have below it."""


def lead_in(text: str) -> int:
    """Return how many characters in front of a text are about it; 0 where there are none."""
    first, _, rest = text[: MAX_LINE + 1].partition("\n")
    if rest.strip() and LEAD_IN_LINE.fullmatch(first.strip(_EMPHASIS).rstrip()):
        is_label = bool(BARE_LABEL.fullmatch(first.strip(_EMPHASIS)))
        # A word alone on its line is a label only where it is marked as one.
        if not is_label or first.lstrip().startswith(("#", "**")):
            only_item = _ONLY_ITEM.fullmatch(text, len(first) + 1)
            return only_item.start(1) if only_item else len(first) + 1
    # Emphasis may stand anywhere in the lead-in: “**Title**: …”, “**Title:** …”.
    kept = [(index, character) for index, character in enumerate(first) if character not in "*#"]
    found = LEAD_IN_ON_LINE.match("".join(character for _, character in kept).lstrip())
    if found is None:
        return 0
    skipped = next(number for number, (_, character) in enumerate(kept) if not character.isspace())
    end = kept[skipped + found.end() - 1][0] + 1
    if first[:end].count("**") % 2 and first[end:].lstrip().startswith("**"):
        end = first.index("**", end) + 2
    after = first[end:].lstrip()[:1] or rest.strip()[:1]
    is_emphasized = "*" in first[:end] or "#" in first[:end]
    if not after or (NEEDS_CAPITAL.fullmatch(found[0]) and not is_emphasized and after.islower()):
        return 0
    return end


def comment(text: str, *, is_one_line: bool) -> int | None:
    """Return where a comment on the text begins; ``None`` where there is none.

    It begins a line below the text, and only another comment follows it, unless the text has one
    line: there, a heading or a list below the text explains it too.
    """
    position, starts = 0, []
    previous_is_blank = introduces = False
    for line in text.split("\n"):
        if position and (content := line.strip()):
            head = content.lstrip(_EMPHASIS)[:MAX_LINE]
            is_comment = (
                bool(COMMENT.match(head))
                or (
                    is_one_line
                    and previous_is_blank
                    and not introduces
                    and bool(_EXPLANATION.match(line) or _ITEM.match(line))
                )
                or (is_one_line and bool(NEEDS_CAPITAL.match(head)))
            )
            starts.append((position, is_comment, previous_is_blank))
        previous_is_blank = not line.strip()
        introduces = line.rstrip().endswith(":") or (introduces and previous_is_blank)
        position += len(line) + 1
    if is_one_line:
        begin = next((start for start, is_comment, _ in starts if is_comment), None)
    else:
        begin = _count_line(text)
        begin = _last_paragraphs(starts) if begin is None else begin
    if begin is None:
        found = COUNT.search(text[-120:])
        return len(text) - len(text[-120:]) + found.start() if found else None
    return begin


def _last_paragraphs(starts: list[tuple[int, bool, bool]]) -> int | None:
    """Return where the comments at the end begin, if whole paragraphs up to the end are comments."""
    begin = None
    for start, is_comment, is_paragraph in reversed(starts):
        if is_paragraph and not is_comment:
            break
        if is_comment:
            begin = start
    return begin


def _count_line(text: str) -> int | None:
    """Return where a line with nothing but a count begins; all that follows it is about the text."""
    position = text.find("\n") + 1
    while position:
        end = text.find("\n", position)
        line = text[position : None if end < 0 else end].strip()
        if line and len(line) < MAX_LINE and COUNT.fullmatch(line):
            return position
        position = end + 1
    return None


def first_item(text: str) -> str | None:
    """Return the first of several texts in a list; ``None`` where there is no list."""
    lines = [line for line in text.split("\n") if line.strip()]
    items = [line for line in lines if _ITEM.match(line)]
    if items and lines[0] is items[0] and (len(items) > 1 or _is_marked(lines[0])):
        item = lines[0][_match_end(lines[0]) :]
        bold = re.fullmatch(r"\*\*([^*\n]+)\*\*\s*[-–—:(].*", item)
        return bold[1] if bold else item
    found = _NUMBERED_ON_LINE.fullmatch(text)
    return found[1] if found else None


def label_above_list(text: str) -> int:
    """Return the length of a line such as “Title options:” above a list."""
    first, _, rest = text.partition("\n")
    items = [line for line in rest.split("\n") if _ITEM.match(line)]
    return len(first) + 1 if first.rstrip(" *").endswith((":", "：")) and len(items) > 1 else 0


def _match_end(line: str) -> int:
    found = _ITEM.match(line)
    return found.end() if found else 0


def _is_marked(line: str) -> bool:
    """Return whether a single item is one for sure: “1. FC Köln” is not."""
    marker, item = line[: _match_end(line)].strip(), line[_match_end(line) :]
    if marker in {"-", "*", "•", "‣"}:
        return not item[:1].isdigit()
    return not marker.rstrip(".").isdigit() or item.startswith(('"', "“", "„", "**", "«"))
