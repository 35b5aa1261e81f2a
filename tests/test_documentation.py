"""What the documentation names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_test_file_that_the_documentation_names_exists() -> None:
    named = {
        (page.name, path)
        for page in [*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")]
        for path in re.findall(r"tests/[\w/]+\.py", page.read_text())
    }

    assert named
    assert [name for name in sorted(named) if not (ROOT / name[1]).exists()] == []
