"""The documentation, which is installed with the package."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def documentation(page: str) -> Path:
    """Return the file of a page, such as ``settings.md``.

    A wheel has the folder ``docs`` in the package, the repository beside it.
    """
    installed = PACKAGE / "docs"
    return (installed if installed.is_dir() else PACKAGE.parent / "docs") / page
