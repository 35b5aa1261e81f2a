"""Rich texts that are expensive to convert."""

from __future__ import annotations

SIZE = 2_400_000


def sized(html: str) -> str:
    return html * (SIZE // len(html))


REFUSED = {
    "tags": sized("<p>a</p>"),
    "depth": "<div>" * 3_000 + "x" + "</div>" * 3_000,
    "depth of lists": "<ul><li>" * 300 + "x",
    "attributes": f"<p {sized('a=b ')}>x</p>",
    "an attribute": f"<a href='{sized('x')}'>y</a>",
    "brackets": sized("<"),
    "unfinished links": sized("<a "),
    "unfinished comments": sized("<!--"),
}
"""What is not converted."""

RICH_TEXTS = {
    **REFUSED,
    "one paragraph": f"<p>{sized('word ')}</p>",
    "paragraphs": sized(f"<p>{'word ' * 100}</p>"),
    "as many tags as are read": "<p>a</p>" * 4_990,
    "as deep as is read": "<ul><li>" * 49 + "x",
    "tags that end nothing": "<b>" * 99 + "</i>" * 9_800,
    "embeds": '<embed embedtype="image" alt="x" />' * 9_000,
    "empty paragraphs": "<p> </p>" * 4_990,
    "entities": sized("&amp;"),
    "hard spaces": sized("&nbsp;"),
    "hard spaces and line breaks": sized("&nbsp;\n"),
    "white space": sized(" "),
}
