"""The package reads like a table of contents: small modules, rooms of a size to survey, one vocabulary."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from pathlib import Path

import pytest

import wagtail_llm_actions

PACKAGE = Path(wagtail_llm_actions.__file__).parent
MODULES = [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]
MAX_LINES = 400
MAX_MODULES = 16
# The package had names of its own for what the glossary calls by standard terms.
RETIRED_NAMES = re.compile(
    r"(^|_)(patien\w*|doubts?|doubtful|glances?|hand_back|lanes?|barred|fell_back|in_words|suggestions?"
    r"|stands_on|let_go|impatient)(_|$)",
    re.IGNORECASE,
)


def identifiers(path: Path) -> set[str]:
    """Return the module's own name and every name in its code; strings and comments are left out."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    return {path.stem, *(token.string for token in tokens if token.type == tokenize.NAME)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_is_short_enough_to_have_one_subject(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


def test_no_folder_is_crowded() -> None:
    sizes = Counter(path.parent for path in MODULES if path.name != "__init__.py")

    assert {str(folder): size for folder, size in sizes.items() if size > MAX_MODULES} == {}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_retired_names_do_not_come_back(path: Path) -> None:
    assert [name for name in identifiers(path) if RETIRED_NAMES.search(name)] == []
