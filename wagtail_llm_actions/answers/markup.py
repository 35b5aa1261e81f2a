"""Turn Markdown and HTML into the text that they mean, for fields that show text as it is.

Only what cannot be anything else counts as markup: ``5 * 3 * 2``, ``snake_case``, ``#hashtag``,
``2 < 3`` and ``AT&T`` stay. Code stays too, because it may be about markup.
"""

from __future__ import annotations

import html
import re

from wagtail_llm_actions.answers.characters import lowered, raised

_CODE = re.compile(
    r"(?ms)^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)|(?<!`)(`+)(?!`)[^`\n]+?(?<!`)\2(?!`)"
)
_SIMPLE_CODE = re.compile(r"`([^`<>&*_\[\]\\\n]+)`")

_COMMENT = re.compile(
    r"<!--[^<]{0,2000}?-->|(?is:<head\b[^<>]*>.{0,5000}?</head>(?=\s*<body\b[^<>]*>(?!\s*</body>)))|<(script|style)\b[^<>]*>[^<]*</\1\s*>"
)
# A run of blanks is looked at once, from its beginning, and not again from each of its characters.
_BREAK = re.compile(r"(?<![ \t])[ \t]*<(?:br|hr)\s*/?>[ \t]*\n?", re.IGNORECASE)
_IMAGE_TAG = re.compile(r"<img\b[^<>]*?\balt=(?:\"([^\"<>]*)\"|'([^'<>]*)')[^<>]*>", re.IGNORECASE)
_RAISED = re.compile(r"<sup>([^<>]{1,50})</sup>", re.IGNORECASE)
_LOWERED = re.compile(r"<sub>([^<>]{1,50})</sub>", re.IGNORECASE)
_OTHER_TAGS = re.compile(
    r"<img\s[^<>]*>|<(svg|iframe|button)\b[^<>]*>\s*</\1>|<\?xml[^<>]*\?>|<!\[CDATA\[|\]\]>",
    re.IGNORECASE,
)
_INLINE = (
    r"a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strike|strong|sub|sup|u|tt"
)
_PARAGRAPHS = (
    r"p|div|h[1-6]|ul|ol|blockquote|title|html|body|head|article|section|header|footer|main|pre"
    r"|figure|figcaption|summary|details|table|thead|tbody|aside|nav"
)
_LINES = "li|tr|td|th|dt|dd"
_ELEMENT = re.compile(
    rf"<(?P<close>/?)(?P<name>{_INLINE}|{_PARAGRAPHS}|{_LINES})(?:\s[^<>]{{0,500}})?/?>",
    re.IGNORECASE,
)
_DOCTYPE = re.compile(r"<!DOCTYPE[^<>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

_EMPHASIS = tuple(
    re.compile(
        rf"(?<![A-Za-z0-9\\{mark[0]}]){re.escape(mark)}(?=[^\s{mark[0]}])"
        rf"([^{mark[0]}\n]*[^\s{mark[0]}\\]){re.escape(mark)}(?![A-Za-z0-9{mark[0]}])"
    )
    for mark in ("***", "**", "*", "~~")
)
_UNDERSCORES = tuple(
    re.compile(rf"(?<![\w\\]){mark}(?=[^\s_])((?:[^_\n]|(?<=\w)_(?=\w))*[^\s_\\]){mark}(?!\w)")
    for mark in ("___", "__", "_")
)
# A label that the text follows without a space, and emphasis whose end was never written.
_BOLD_LABEL = re.compile(r"(?<![A-Za-z0-9*])\*\*(?=[^\s*])([^*\n]{1,60}[:.!?])\*\*(?=[A-Za-z0-9])")
_OPEN_BOLD = re.compile(r"(?m)^([ \t]*(?:[-+*][ \t]+|\d{1,2}[.)][ \t]+)?)\*\*(?=[^\s*])([^*\n]*)$")
_DUNDER = re.compile(r"__(?:[a-z0-9]+(?:_[a-z0-9]+)*|[A-Z0-9]+(?:_[A-Z0-9]+)*)__")
_HEADING = re.compile(r"(?m)^ {0,3}#{1,6}[ \t]+(?!\d|of\b)(\S.*?)(?:[ \t]+#+)?[ \t]*$")
_RULE = re.compile(r"(?m)^ {0,3}(?:-{3,}|={3,}|_{3,}|\*{3,}|(?:\* ){2,}\*)[ \t]*$\n?")
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)?(?:\s+\"[^\"\n]*\")?\)")
_LINK = re.compile(
    r"(?<!!)\[([^\[\]\n]+)\]\(<?[^()\s]*(?:\([^()\s]*\)[^()\s]*)?>?(?:\s+\"[^\"\n]*\")?\)"
)
_REFERENCE = re.compile(r"(?<!\])\[([^\[\]\n]{2,})\]\[[^\[\]\n]{0,40}\]")
# Footnotes, and the citations of assistants that search the web.
_CITATION = re.compile(
    r"(?m:^[ \t]*\[\^[\w-]{1,20}\]:[ \t]*)|[ \t]?\[\^[\w-]{1,20}\]|[ \t]?【[^【】\n]{0,60}†[^【】\n]{0,80}】|(?<=[.!?])(?:\[\d{1,2}\])+"
)
_HIGHLIGHT = re.compile(r"(?m)(?<![\w=])==(?=[^\s=])([^=\n]*[^\s=])==(?![\w=])")
_RULES_AROUND = re.compile(
    r"\A\s*(={1,6}|-{2,}|\*{2,}|~{2,}|\|{1,2})[ \t]*([^\n|]*?[^\s|])[ \t]*\1\s*\Z"
)
_LATEX = re.compile(r"\${0,2}\\(?:textbf|textit|emph|text|title|section\*?)\{([^{}\n]*)\}\${0,2}")
_BRACKET_TAG = re.compile(
    r"\[(b|i|u|s|h[1-6]|quote|center|size|color)(?:=[^\[\]\n]{0,40})?\]([^\[\]]*)\[/\1\]",
    re.IGNORECASE,
)
_HEADING_END = re.compile(r"(?<![ \t#])[ \t]*#{3,}[ \t]*\Z")
_HEADING_NAME = re.compile(r"(?m)^(#{1,6} .*?)[ \t]*\{#[\w-]+\}[ \t]*$")
_HARD_BREAK = re.compile(r"(?m)(?:(?<![ \t])[ \t]{2,}|\\)$")
_MEANINGS = (
    (_HARD_BREAK, ""),
    (_IMAGE, r"\1"),
    (_LINK, r"\1"),
    (_REFERENCE, r"\1"),
    (_RULE, ""),
    (_RULES_AROUND, r"\2"),
    (_HEADING_END, ""),
    (_HEADING_NAME, r"\1"),
    (_HEADING, r"\1"),
    (_HIGHLIGHT, r"\1"),
    (_BRACKET_TAG, r"\2"),
    (_LATEX, r"\1"),
)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_ESCAPE = re.compile(r"\\([*_`#~<>$&+\-.!|])")
_QUOTE = re.compile(r"(?m)^>[ \t]?(?!\s*\d)")


def is_element(name: str) -> bool:
    """Return whether a name is that of an element of HTML."""
    return _ELEMENT.fullmatch(f"<{name}>") is not None


def plain(text: str) -> str:
    """Return the text that a reader of rendered Markdown or HTML would see."""
    # Code cannot hold the character that takes its place: control characters are gone by now.
    codes: list[str] = []

    def keep(match: re.Match[str]) -> str:
        simple = _SIMPLE_CODE.fullmatch(match[0])
        codes.append(simple[1] if simple else match[0])
        return "\0"

    text = _CODE.sub(keep, text)
    text = without_markdown(_without_html(text))
    pieces = iter(codes)
    return re.sub("\0", lambda _: next(pieces), text)


def _without_html(text: str) -> str:
    if "<" in text:
        text = _DOCTYPE.sub("", _COMMENT.sub("", text))
        text = _BREAK.sub("\n", text)
        text = _IMAGE_TAG.sub(lambda match: match[1] or match[2] or "", text)
        text = _RAISED.sub(lambda match: raised(match[1]), text)
        text = _LOWERED.sub(lambda match: lowered(match[1]), text)
        text = _OTHER_TAGS.sub("", _AUTOLINK.sub(r"\1", text))
        text = _without_elements(text)
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def _without_elements(text: str) -> str:
    """Remove the tags of elements that are opened and closed, or cut off before their end.

    A tag that is written about stays.
    """
    found = [match for match in _ELEMENT.finditer(text) if not _is_mention(text, match)]
    names = {
        bool(close): {m["name"].lower() for m in found if bool(m["close"]) is close}
        for close in (True, False)
    }
    paired = names[True] & names[False] | _cut_off(text, found)
    if not paired:
        return text
    is_block = any(not re.fullmatch(_INLINE, name) for name in paired)
    pieces, end, is_after_block = [], 0, False
    for match in found:
        name = match["name"].lower()
        if name not in paired:
            continue
        is_inline = bool(re.fullmatch(_INLINE, name))
        between = text[end : match.start()]
        between = between.lstrip() if is_after_block else between
        pieces.append(between if is_inline else between.rstrip())
        pieces.append("" if is_inline else _boundary(name, is_closing=bool(match["close"])))
        end, is_after_block = match.end(), not is_inline
    rest = text[end:]
    joined = "".join([*pieces, rest.lstrip() if is_after_block else rest])
    return re.sub(r"\n{3,}", "\n\n", joined) if is_block else joined


def _cut_off(text: str, found: list[re.Match[str]]) -> set[str]:
    """Return the names of paragraphs that begin a line with their text directly behind the tag."""
    return {
        match["name"].lower()
        for match in found
        if not match["close"]
        and not re.fullmatch(_INLINE, match["name"], re.IGNORECASE)
        and text[: match.start()][-1:] in {"", "\n"}
        and text[match.end() :][:1].isalnum()
    }


def _is_mention(text: str, match: re.Match[str]) -> bool:
    before, after = text[: match.start()][-1:], text[match.end() : match.end() + 1]
    return (
        before in {" ", "\t"}
        and after in set(" \t.,;:)")
        and bool(text[match.end() :].strip(" .\n"))
    )


def _boundary(name: str, *, is_closing: bool) -> str:
    if not re.fullmatch(_LINES, name):
        return "\n\n"
    if is_closing:
        return ""
    return "\n- " if name == "li" else "\n"


def without_markdown(text: str) -> str:
    """Return the text that a reader of rendered Markdown would see; code and HTML stay as they are."""
    if "\n[1]" not in text:
        # Without a list of the sources, their numbers mean nothing.
        text = _CITATION.sub("", text)
    for pattern, meaning in _MEANINGS:
        text = pattern.sub(meaning, text)
    if "*" in text or "~" in text:
        for pattern in _EMPHASIS:
            text = pattern.sub(r"\1", text)
        text = _OPEN_BOLD.sub(r"\1\2", _BOLD_LABEL.sub(r"\1 ", text))
    for pattern in _UNDERSCORES:
        text = pattern.sub(
            lambda match: match[0] if _DUNDER.fullmatch(match[0]) else match[1], text
        )
    text = text.strip()
    if text.count("**") == 1:
        # The other half went with a lead-in, or was never written.
        text = text.removeprefix("**").removesuffix("**")
    lines = text.split("\n")
    if all(line.startswith(">") or not line for line in lines):
        text = _QUOTE.sub("", text)
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text
