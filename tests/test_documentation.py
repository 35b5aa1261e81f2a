"""What the documentation names is there."""

from __future__ import annotations

import re
from pathlib import Path

from wagtail_llm_actions.messages.error_registry import REGISTRY
from wagtail_llm_actions.messages.errors import sentence_of

ROOT = Path(__file__).parent.parent


def test_every_test_file_that_the_documentation_names_exists() -> None:
    named = {
        (page.name, path)
        for page in [*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")]
        for path in re.findall(r"tests/[\w/]+\.py", page.read_text())
    }

    assert named
    assert [name for name in sorted(named) if not (ROOT / name[1]).exists()] == []


def test_the_guide_says_what_helps_after_every_error() -> None:
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    table = guide.partition("| the editor reads | what helps |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines()[2:]]
    explained = [
        re.compile(
            "".join(".*" if part == "…" else re.escape(part) for part in re.split("(…)", each))
        )
        for row in rows
        for each in row.split(", or ")
    ]
    sentences = {entry.key: sentence_of(*entry.key, "owl") for entry in REGISTRY}

    assert {
        key: sentence
        for key, sentence in sentences.items()
        if not any(words.match(sentence) for words in explained)
    } == {}
