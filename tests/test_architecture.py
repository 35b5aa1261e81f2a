"""The architecture page shows the layers of the import contract, and the admin has few floors."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAX_FLOORS = 6


def contract_layers() -> list[set[str]]:
    """Return the layers of the contract, from the top."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = config["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [set(re.findall(r"\w+", layer)) for layer in layers]


def picture_layers() -> list[set[str]]:
    """Return the boxes of the first picture in the order of its arrows."""
    text = (ROOT / "docs/architecture.md").read_text()
    picture = text.partition("```mermaid\nflowchart")[2].partition("```")[0]
    boxes = {
        name: set(re.findall(r"\w+", label.partition("<br>")[0]))
        for name, label in re.findall(r'(\w+)\["(.*?)"\]', picture)
    }
    (arrows,) = [line for line in picture.splitlines() if "-->" in line]
    return [boxes[name.strip()] for name in arrows.split("-->")]


def test_the_picture_of_the_layers_is_the_import_contract() -> None:
    assert picture_layers() == contract_layers()


def admin_modules() -> dict[str, Path]:
    """Return the modules of the admin by their dotted names."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (ROOT / "wagtail_llm_actions/admin").rglob("*.py")
    }


@cache
def imports_of(module: str) -> set[str]:
    """Return the modules of the admin that a module imports when it is loaded.

    Imports for types, below ``if TYPE_CHECKING``, are not at the top of the module and do not count.
    """
    modules = admin_modules()
    found: set[str] = set()
    for node in ast.parse(modules[module].read_text()).body:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            submodules = {f"{node.module}.{alias.name}" for alias in node.names} & modules.keys()
            found |= submodules or {str(node.module)}
    return found & modules.keys()


@cache
def floors_of(module: str) -> int:
    """Return how many modules of the admin stand upon one another, this one at the top."""
    return 1 + max(map(floors_of, imports_of(module)), default=0)


def test_the_admin_has_at_most_six_floors_of_imports() -> None:
    floors = {module: floors_of(module) for module in admin_modules()}

    assert floors["wagtail_llm_actions.admin.urls"] > 1
    assert {module: count for module, count in floors.items() if count > MAX_FLOORS} == {}
