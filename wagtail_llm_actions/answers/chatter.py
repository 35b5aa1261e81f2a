"""Find what an assistant says before and after a text, and further texts that it offers."""

from __future__ import annotations

import re
import unicodedata

from wagtail_llm_actions.answers.reasoning_forms import UNMARKED
from wagtail_llm_actions.answers.wording.comments import (
    CHANGES,
    COMMENT,
    COUNT,
    ON_A_LINE,
    REMARK,
    loose_count,
)
from wagtail_llm_actions.answers.wording.phrases import (
    BARE_LABEL,
    INTRODUCTION,
    LEAD_IN_LINE,
    LEAD_IN_ON_LINE,
    NEEDS_CAPITAL,
    ONLY_LABEL,
    STYLE_LABEL,
    TEXT,
)
from wagtail_llm_actions.answers.wrapping import fence_end, quoted

MAX_LINE = 300
"""Characters; lead-ins are short, and looking no further keeps the search fast."""
_EMPHASIS = "*_#> \t"
_BULLETS = "-*•‣+▪◦●■○"
_SMILES = "😊🙂😄👍✨🎉💡ℹ️✅✔☑"
"""With which assistants begin comments."""
_MARKS = "\"'“”„«».!"
_ITEM = re.compile(
    rf"[ \t]*(?!\*{{3}})(?:#{{1,6}} )?(?:\*\*)?(?:\(?\d{{1,2}}[.)]{{1,2}}|[{_BULLETS}]|(?:{TEXT}|variante?|#)\s?(?:\d{{1,2}}|[A-E])\s?[:.)])"
    r"(?:\*\*)?[ \t]+(?:\[[ x]?\] )?(?=\S)",
    re.IGNORECASE,
)
# These begin a list only where several lines begin with them.
_LOOSE_ITEM = re.compile(
    r"[ \t]*(?:#{1,6} )?(?:\*\*)?(?:\(?(?:\d{1,2}|[a-e]|i{1,3}|no\. ?\d{1,2})(?:[.)]{1,2}|:[ ]|[ ]?[-–:][ ])|\d{1,2}[、．]|[–—→➤►▶✅☐☑✔🔹🔸👉]️?"
    r"|[①-⑳]|#\d{1,2}[ ]|\d️?⃣|[^\W\d_]{3,12} (?:option|choice|version|suggestion|variante):)[ \t]*(?=\S)",
    re.IGNORECASE,
)
_LABELED = re.compile(r"[ \t*_]*[^\W\d_]\w{2,15}(?: \w{2,15})?[*_]*[ ]?[:：][*_]*\s+(?=\S)")
"""“Short: …”: a list of texts where every line begins so."""
_BOLD_FIRST = re.compile(r"\*\*([^*\n]+?)(:?)\*\*\s*([-–—:(]?)\s*(.*)")
"""“**The Sea**: a short title”, or “**Title**: The Sea”."""
_RECORD = re.compile(r"[ \t*_#]*[^\W\d_]+[*_]*[ ]?[:：][*_]*\s*\Z")
_FURTHER = r"[*_]*[A-ZÄÖÜ]\w{2,15}[*_]*[ ]?[:：][*_]*[ ](?=\S)"
_FURTHER_LABEL = re.compile(rf"[^\n]*(?:\n\s*|[,;|·][ ]){_FURTHER}")
_FURTHER_ON_LINE = re.compile(rf"[^\n]*[,;|·][ ]{_FURTHER}")
"""“Title: The Sea”, and “Author: …” behind it: both are parts of a record."""
_ONLY_ITEM = re.compile(r"\s*1[.)]\s+(\S[^\n]*)")
_NUMBERED_ON_LINE = re.compile(
    rf"(?si)(?:[^\n]{{0,60}}{TEXT}[^\n:：]{{0,40}}[:：]\s+)?\(?1[.)]\s+(\S.{{0,600}}?)[\s;,]+\(?2[.)]\s.*"
)
_EXPLANATION = re.compile(
    r"(?i)\s*(?:(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$|#{1,6}\s|\*\*[^*\n]{1,60}(?::\*\*|\*\*:)"
    r"|\*?(?:note|hinweis|remarque|nota)\s?:)"
)
"""A rule, a heading or a note, which a text of one line does not have below it."""
_NEXT_PROMPT = re.compile(r"#{2,3} (?:Instruction|Human|User|Input):\s*$")
"""How the next example of a training set begins; in a text, headings of one word have no colon."""
_TURN = re.compile(r"(?i)(?:user|human|assistant|ai|system)(?::|\Z)|#{1,6}\s")
"""The next turn of a conversation, or part of a document, which the model makes up."""
_FINAL_ANSWER = re.compile(
    rf"(?im)^[*_#> \t]{{0,20}}(?:(?:so|thus|therefore|hence),? )?(?:my |the )?(?:final\s{TEXT}|action input)(?: is)?[*_]*"
    r"[ \t]*(?:[:：][*_]*|\n)\s*"
)
"""A label between reasoning and the answer."""
_QUESTION_AND_ANSWER = re.compile(r"(?i)Q(?:uestion)?:[^\n]*\n\s*A(?:nswer)?:\s+(?=\S)")
_MARKED_FINAL = re.compile(r"\s*(?:\*\*|#{1,6} )?Final [A-Z]\w+[*]*[:：]|\s*(?:\*\*|#{1,6} )Final ")
_MARKED_TITLE = re.compile(
    r"(\*\*|__)[^*_]+\1[.!?]?|#{1,6}\s\S.*|(?i:<(h[1-6]|title|strong|b)\b[^<>]*>[^<>]*</\2>)"
)
"""A line that is emphasized as a whole."""


def before_final_answer(text: str, *, is_one_line: bool) -> int:
    """Return how many characters of reasoning stand before a label such as “Final answer:”.

    Where a field takes several lines, only what begins as reasoning does is such.
    """
    if is_one_line and (answer := _QUESTION_AND_ANSWER.match(text)):
        return answer.end()
    if not is_one_line and not UNMARKED.match(text):
        return 0
    found = [match for match in _FINAL_ANSWER.finditer(text, 1) if text[match.end() :].strip()]
    if not is_one_line:
        found = [match for match in found if _MARKED_FINAL.match(match[0])]
    return found[-1].end() if found else 0


def lead_in(text: str, *, is_one_line: bool) -> int:
    """Return how many characters in front of a text are about it; 0 where there are none."""
    if ONLY_LABEL.fullmatch(text, endpos=MAX_LINE):
        return len(text)
    first, _, rest = text[: MAX_LINE + 1].partition("\n")
    head = first.strip(_EMPHASIS).rstrip()
    # What is announced to follow after a blank line, or in quotation marks, is no part of a line.
    announces = (
        is_one_line
        and (not rest.partition("\n")[0].strip() or _is_marked_title(rest.strip()))
        and bool(head.endswith((":", "：")) or INTRODUCTION.fullmatch(head))
    )
    if rest.strip() and (announces or LEAD_IN_LINE.fullmatch(head)):
        is_label = bool(BARE_LABEL.fullmatch(head))
        # A word alone on its line is a label only where it is marked as one, or cannot be a line.
        if not is_label or is_one_line or first.lstrip().startswith(("#", "**")):
            only_item = _ONLY_ITEM.fullmatch(text, len(first) + 1)
            return only_item.start(1) if only_item else len(first) + 1
    # Emphasis may stand anywhere in the lead-in: “**Title**: …”, “**Title:** …”.
    kept = [(index, character) for index, character in enumerate(first) if character not in "*#"]
    found = LEAD_IN_ON_LINE.match("".join(character for _, character in kept).lstrip())
    if found is None:
        return 0
    skipped = next(number for number, (_, character) in enumerate(kept) if not character.isspace())
    end = kept[skipped + found.end() - 1][0] + 1
    further = _FURTHER_ON_LINE if is_one_line else _FURTHER_LABEL
    if _RECORD.match(first[:end]) and further.match(text, end):
        return 0
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
    if is_one_line and (end := _title_end(text)) is not None:
        return end
    position, starts = 0, []
    previous_is_blank = introduces = is_explained = False
    is_fenced = text.startswith(("```", "~~~"))
    for line in text.split("\n"):
        if position and (content := line.strip()):
            head = content.lstrip(_EMPHASIS + _SMILES)[:MAX_LINE]
            is_comment = (
                bool(COMMENT.match(head) or CHANGES.match(text, position))
                or (is_explained and bool(_ITEM.match(line)))
                or (
                    is_one_line
                    and previous_is_blank
                    and not introduces
                    and bool(_EXPLANATION.match(line) or _ITEM.match(line))
                )
                or (is_one_line and bool(NEEDS_CAPITAL.match(head)))
                or (is_one_line and not is_fenced and bool(ON_A_LINE.match(head)))
                or (is_one_line and bool(_TURN.match(content) or _repeats(text, content)))
                or bool(_NEXT_PROMPT.match(content))
            )
            starts.append((position, is_comment, previous_is_blank))
            is_explained = is_comment
        previous_is_blank = not line.strip()
        introduces = line.rstrip().endswith(":") or (introduces and previous_is_blank)
        position += len(line) + 1
    if is_one_line:
        begin = next((start for start, is_comment, _ in starts if is_comment), None)
    else:
        begin = _count_line(text)
        begin = _last_paragraphs(starts) if begin is None else begin
    if begin is None:
        skipped = max(0, len(text) - MAX_LINE)
        tail = text[skipped:]
        found = COUNT.search(tail) or REMARK.search(tail)
        if found:
            return skipped + found.start()
        return loose_count(text) if is_one_line else None
    return begin


def _repeats(text: str, line: str) -> bool:
    """Return whether a line below says what the first line says, perhaps with other marks."""
    first = text.partition("\n")[0].strip(_EMPHASIS + _MARKS)
    return first[:1].isalnum() and first == line.strip(_EMPHASIS + _MARKS)


def _title_end(text: str) -> int | None:
    """Return where a title ends that is marked as one, or is a paragraph without a full stop.

    What follows it is an explanation, an offer or another title, in whatever language.
    """
    if end := fence_end(text):
        return end if text[end:].strip() else None
    first, _, rest = text.partition("\n")
    title = first.strip()
    if not title or not rest.strip() or len(title) > MAX_LINE:
        return None
    goes_on = rest.lstrip()[:1].islower()
    if _is_marked_title(title):
        is_over = title.rstrip("*_")[-1:] not in {":", "："}
    else:
        is_paragraph = not rest.partition("\n")[0].strip()
        is_over = is_paragraph and unicodedata.category(title[-1])[0] in "LNM"
    return len(first) if is_over and not goes_on else None


def _is_marked_title(text: str) -> bool:
    return bool(_MARKED_TITLE.fullmatch(text)) or quoted(text, is_one_line=False) is not None


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
    loose = [] if items else [line for line in lines[:3] if _LOOSE_ITEM.match(line)]
    is_list = len(loose) > 1 or len(items) > 1 or bool(items and _is_marked(lines[0]))
    if is_list and lines[0] is (items or loose)[0]:
        marker = _ITEM if items else _LOOSE_ITEM
        texts = [marker.sub("", line, count=1) for line in items or loose]
        if all(map(STYLE_LABEL.match, texts)):
            return STYLE_LABEL.sub("", texts[0], count=1)
        return _without_label_or_remark(texts[0])
    if len(lines) > 1 and all(_LABELED.match(line) for line in lines):
        return _LABELED.sub("", lines[0], count=1)
    found = _NUMBERED_ON_LINE.fullmatch(text)
    return found[1] if found else None


def _without_label_or_remark(item: str) -> str:
    """Return the text of an item that begins in bold type with a label, or with the text itself."""
    found = _BOLD_FIRST.fullmatch(item)
    if not found or not (found[2] or found[3]):
        return item
    bold, _, mark, rest = found.groups()
    if rest and BARE_LABEL.fullmatch(bold):
        return rest
    return bold if mark else item


def only_number(text: str) -> int:
    """Return the length of a number in front of the only line of a text; 0 where there is none."""
    found = _ONLY_ITEM.fullmatch(text)
    return found.start(1) if found else 0


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
    if marker[:1] not in _BULLETS and item[:1].islower():
        return False
    if not marker[:1].isalnum() and not marker.startswith(("(", "#")):
        return not item[:1].isdigit()
    return not marker.rstrip(".").isdigit() or item.startswith(('"', "“", "„", "**", "«"))
