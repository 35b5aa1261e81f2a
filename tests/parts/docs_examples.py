"""The Python examples of docs/extending, as modules that a site could have written."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

EXTENDING = Path(__file__).parent.parent.parent / "docs" / "extending"


@cache
def example_module(page: str) -> ModuleType:
    """Execute all Python blocks of a page as one module, which settings can name.

    It is called ``docs_extending_`` and the page's name.
    """
    module = ModuleType(f"docs_extending_{page}")
    sys.modules[module.__name__] = module
    text = (EXTENDING / f"{page}.md").read_text()
    for block in re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE):
        exec(compile(block, f"{page}.md", "exec"), vars(module))  # noqa: S102 - our own documentation
    return module
