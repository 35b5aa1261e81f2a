"""What models put around a whole answer: a fence, a tag, a JSON object, a pair of quotation marks."""

from __future__ import annotations

import json
import re
from contextlib import suppress

from wagtail_llm_actions.answers.markup import is_element
from wagtail_llm_actions.answers.structured import literal_value
from wagtail_llm_actions.answers.wording.phrases import BARE_LABEL

_INFO = r"[ \t]*(?:[\w+-]+|\{[^{}\n]{0,40}\}|plain text)?[ \t]*\n"
_FENCE = re.compile(rf"(?s)(`{{3,}}|~{{3,}}){_INFO}(.*?)\n?[ \t]*\1[ \t]*(?:\w+[ \t]*)?")
_FENCE_ON_ONE_LINE = re.compile(r"(`{2,3})([^`\n]+)\1")
_OPEN_FENCE = re.compile(rf"(?:`{{3,}}|~{{3,}}){_INFO}")
_CLOSED_FENCE = re.compile(rf"(?s)(`{{3,}}|~{{3,}}){_INFO}.*?\n[ \t]*\1[ \t]*(?=\n)")
_TAG = re.compile(r"(?s)<([A-Za-z][\w.-]{1,30})(?:\s[^<>]{0,100})?>(.*)</\1\s*>")
_OPENED = re.compile(
    r"(?i)<((?:final_)?(?:answer|output|response|solution|result|text|title))>(?!\s+(?-i:[a-z]))\s*(?=\S)"
)
_CLOSED = re.compile(
    r"(?<=[^ \t`\"'])</([A-Za-z][\w.-]{0,30})\s*>\Z|[ \t]</((?:final_)?(?:answer|output|response))\s*>\Z"
)
_ARGUMENT = re.compile(r"(?s)<(function|parameter|invoke)[= ][^<>\n]{1,60}>(.*)</\1>")
"""The arguments of a call of a tool, as chat templates write them."""
_LEADING_TAG = re.compile(r"(?s)<([^\W\d][\w.:-]{1,30})>((?:(?!</\1>).)*)</\1>\s*(?=\S)")
_WORDS = r"([^\W\d_][^\[\]{}\s\"]*(?: [^\[\]{}\s\"]+){2,})"
_MEDIA = frozenset(
    [
        "picture",
        "video",
        "audio",
        "object",
        "math",
        "svg",
        "canvas",
        "form",
        "dl",
        "address",
        "template",
    ]
)
_RULE_AROUND = r"(?:-{2,}|={2,}|<{2,}|\[) ?%s(?: OF)?(?: (?:ANSWER|OUTPUT|RESPONSE|RESULT|SUMMARY|TEXT))? ?(?:-{2,}|={2,}|>{2,}|\])"
_BEGIN = re.compile(_RULE_AROUND % "(?:BEGIN|OUTPUT)" + r"[ \t]*\n", re.IGNORECASE)
_SPANNED = re.compile(
    _RULE_AROUND % "(BEGIN|START|OUTPUT)" + r"[ \t]*\n(.*)\n[ \t]*" + _RULE_AROUND % "END" + r"\s*",
    re.IGNORECASE | re.DOTALL,
)
"""A text between the lines by which some models mark where it begins and ends."""
_PLACEHOLDER = re.compile(rf"\{{{{1,2}} ?{_WORDS} ?\}}{{1,2}}|\[{_WORDS}\]")
"""A text within the brackets of a template that was to be filled in."""
_CLOSED_BRACKET = re.compile(r"(?<=\w)\[/[a-z]{2,20}\]\Z")
_BRACKET_TAG = re.compile(r"(?si)\[([a-z][\w.-]{0,30})\](.*)\[/\1\]")
_BOXED = re.compile(r"(?s)\${0,2}\\boxed\{(?:\\text\{)?([^{}]*)\}?\}\${0,2}")
_JSON_NAME = re.compile(r"\A(?:json|JSON)\s*\n(?=\s*[{\[])")

_JSON_START = re.compile(r"\{\s*[\"'}]|\[\s*[\"'{\]]")
_HOLDERS = ("arguments", "parameters", "action_input", "input", "message", "content", "choices")
"""Members of a tool call or of an answer of an API, in which the text is."""
_PAIR = re.compile(
    r"(?s)(?=[{\"“'+]|[\w ]{1,30}=)(?:\{|\+{3})?\s*[\"“']?[\w ]{1,30}[\"”']?\s*[:=]\s*[\"“]([^\"“”]+)[\"”],?\s*(?:\}|\+{3})?"
)
"""A name and a quoted value, in any language that programs are configured in."""
_MULTIPLE = re.compile(r"(?s)(\"{2,3}|'{2,3}|`{2})\s*([^\"`]+?)\s*(?:\1|'')")

_PAIRS = {
    '"': '"”“',
    "“": '”"“',
    "„": '“”"„‟',
    "”": "”“",
    "‘": "’'",
    "‚": "‘’",
    "'": "'’",
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "＂": "＂",
    "〝": "〞〟",
    "﹁": "﹂",
    "״": "״",
    "❝": "❞",
    "‟": "”",
    "´": "´",
    "`": "´",
    "’": "’",
}
"""Which characters close a quotation that each one opens."""
_SINGLE = "'’‘"
_ELISION = re.compile(
    r"['’‘](?:tis|twas|twere|em|n|til|till|cause|bout|round|\d0s)\b", re.IGNORECASE
)
_AFTER_CLOSING = ".,;:!?…。！？"
_BEFORE_OPENING = " \t\n([{—–-/"


def fenced(text: str) -> str | None:
    """Return what is inside the fence around a whole text; ``None`` where there is none.

    The closing line is missing where the answer was cut off.
    """
    if found := _FENCE_ON_ONE_LINE.fullmatch(text):
        return found[2]
    if found := _FENCE.fullmatch(text):
        return None if found[1] in found[2] else found[2]
    if (opened := _OPEN_FENCE.match(text)) and text.count(text[:3]) == 1:
        return text[opened.end() :]
    # Its opening line went with what the model wrote above.
    return text[:-3] if text.endswith("\n```") and text.count("```") == 1 else None


def fence_end(text: str) -> int:
    """Return where the fence ends with which a text begins; 0 where it does not."""
    found = _CLOSED_FENCE.match(text)
    return found.end() if found else 0


def tagged(text: str, *, is_one_line: bool) -> str | None:
    """Return what is inside a tag such as ``<answer>``, or LaTeX's box, around a whole text.

    For one line also what is in a box within a sentence, or in the brackets of a placeholder.
    """
    if found := _TAG.fullmatch(text) or _BRACKET_TAG.fullmatch(text) or _ARGUMENT.fullmatch(text):
        return None if f"/{found[1]}" in found[2] else found[2]
    if spanned := _SPANNED.fullmatch(text):
        return spanned[2]
    if boxed := _BOXED.search(text) if is_one_line else _BOXED.fullmatch(text):
        return boxed[1]
    if is_one_line and (placeholder := _PLACEHOLDER.fullmatch(text)):
        return placeholder[1] or placeholder[2]
    return _half_tagged(text)


def leading_tag(text: str) -> tuple[str, bool] | None:
    """Return the element with which a text begins, and whether it is the answer.

    Of two parts, one in a tag that is no element of HTML, the other one is the answer, unless the
    tag is named after a text. ``None`` where a text does not begin so.
    """
    found = _LEADING_TAG.match(text)
    if found is None or is_element(found[1]) or found[1].lower() in _MEDIA:
        return None
    is_block = "\n" in found[2] or "\n" in found[0][found.end(2) - found.start() :]
    if not is_block:
        return None
    return found[0], bool(BARE_LABEL.fullmatch(found[1].replace("_", " ")))


def _half_tagged(text: str) -> str | None:
    """Return what is inside a tag whose other half the model forgot, or wrote above its reasoning."""
    if (opened := _OPENED.match(text)) and f"</{opened[1]}" not in text:
        return text[opened.end() :]
    if (
        closed := _CLOSED.search(text, max(0, len(text) - 40))
    ) and f"<{closed[1] or closed[2]}" not in text:
        return text[: closed.start()]
    if opened := _BEGIN.match(text):
        return text[opened.end() :]
    if closed := _CLOSED_BRACKET.search(text):
        return text[: closed.start()]
    return None


def json_value(text: str, *, is_one_line: bool) -> str | None:
    """Return the text in a JSON object or list, such as ``{"title": "The tide"}``.

    Of several values, the one under the name of a text; of several texts, the first for one line.
    """
    pair = _PAIR.fullmatch(text)
    if pair and not (text.startswith("{") and "\\" in pair[1]):
        return pair[1]
    text = _JSON_NAME.sub("", text)
    if not (_JSON_START.match(text) and text.endswith(("}", "]"))):
        return None
    try:
        # Of several objects, a line each, the first.
        value, end = json.JSONDecoder(strict=False).raw_decode(text)
        if end < len(text) and not (is_one_line and text[end] == "\n"):
            return None
    except (ValueError, RecursionError):
        value = literal_value(text)
    return _text_in(value, is_one_line=is_one_line)


def _text_in(value: object, *, is_one_line: bool) -> str | None:
    while not isinstance(value, str):
        if value in ({}, []):
            return ""
        if isinstance(value, dict):
            value = "" if list(value.values()) == [None] else _member(value)
        elif isinstance(value, list):
            texts = [item for item in value if isinstance(item, str)]
            is_text = not is_one_line and len(texts) == len(value)
            value = "\n\n".join(texts) if is_text else value[0] if is_one_line else _only(value)
        else:
            return None
    return value


def _member(members: dict[str, object]) -> object:
    """Return the member that is named after a text, else the one that holds it: of a call, its arguments."""
    named = [item for name, item in members.items() if BARE_LABEL.fullmatch(str(name))]
    held = [members[name] for name in _HOLDERS if members.get(name)]
    found = (named or held or [_only(list(members.values()))])[0]
    if isinstance(found, str) and _JSON_START.match(found):
        with suppress(ValueError, RecursionError):
            return json.loads(found)
    return found


def _only(values: list[object]) -> object:
    return values[0] if len(values) == 1 else None


def quoted(text: str, *, is_one_line: bool) -> str | None:
    """Return what is between the quotation marks around a whole text; ``None`` where there are none.

    The marks must belong together: in ``"A" and "B"`` they do not.
    """
    if found := _MULTIPLE.fullmatch(text):
        return found[2]
    if text.startswith('\\"') and text.endswith('\\"') and text.count('"') % 2 == 0:
        return text.replace('\\"', '"')
    if text[:1] in _PAIRS and not _ELISION.match(text):
        return _within_pair(text, is_one_line=is_one_line)
    # The other half went with a lead-in. A digit has a mark of inches behind it.
    is_alone = is_one_line and text[-1:] in {'"', "”"} and not text[-2:-1].isdigit()
    return text[:-1] if is_alone and not any(mark in text[:-1] for mark in '"“„”‟') else None


def _within_pair(text: str, *, is_one_line: bool) -> str | None:
    closings = _PAIRS[text[0]]
    end = len(text) - 1
    # American typography has the full stop inside, models have it behind.
    if text[end] in _AFTER_CLOSING and text[end - 1] in closings:
        end -= 1
    if end < 1:
        return None
    if text[end] in closings:
        if not _spans(text[: end + 1], text[end]):
            return None
        # A comma behind the text, or inside of the marks, is that of a list.
        return (text[1:end] + text[end + 1 :]).rstrip().removesuffix(",")
    is_alone = (
        is_one_line and text[0] not in _SINGLE + "´`" and not any(c in text[1:] for c in closings)
    )
    return text[1:] if is_alone else None


def _spans(text: str, closings: str) -> bool:
    """Return whether the first mark of a text is closed by its last one, and by none before."""
    depth, last = 0, len(text) - 1
    for position, character in enumerate(text):
        if character != text[0] and character not in closings:
            continue
        before = text[position - 1] if position else " "
        after = text[position + 1] if position < last else " "
        if character in _SINGLE and before.isalnum() and after.isalnum():
            continue  # An apostrophe.
        is_opening = character == text[0] and (
            character not in closings
            or not position
            or (before in _BEFORE_OPENING and not after.isspace())
        )
        depth += 1 if is_opening else -1
        if depth <= 0 and position < last:
            return False
    return depth <= 0 or text[0] in closings
