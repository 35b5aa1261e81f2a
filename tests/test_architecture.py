"""The architecture page shows the layers that the import contract holds."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


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
