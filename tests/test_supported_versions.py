"""What README promises, pip is told, and tox and the workflows test are the same versions."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = " ".join((ROOT / "README.md").read_text().split())
WORKFLOWS = ROOT / ".github" / "workflows"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TOX = configparser.RawConfigParser()
TOX.read(ROOT / "tox.ini")

Version = tuple[int, int]


def expanded(name: str) -> list[str]:
    """Return the names that ``name`` stands for: ``a{1, 2}`` is ``a1`` and ``a2``."""
    if not (braces := re.search(r"\{(.*?)\}", name)):
        return [name]
    choices = [choice.strip() for choice in braces[1].split(",")]
    return [each for choice in choices for each in expanded(name.replace(braces[0], choice, 1))]


def lines(section: str, option: str) -> list[str]:
    found = (line.strip() for line in TOX[section][option].splitlines())
    return [line for line in found if line and not line.startswith("#")]


CELLS = [cell for line in lines("tox", "env_list") for cell in expanded(line)]
(PAIRS,) = (line.removeprefix("pairs = ").split(", ") for line in lines("tox", "labels"))


def version(text: str) -> Version:
    major, minor = text.split(".")
    return int(major), int(minor)


def covered(software: str) -> list[Version]:
    """Return the versions that have a cell: ``wagtail74`` is Wagtail 7.4."""
    found = re.findall(rf"\b{software}(\d)(\d+)", " ".join(CELLS))
    return sorted({(int(major), int(minor)) for major, minor in found})


def promised(software: str) -> list[Version]:
    """Return the versions of README's closing sentence."""
    sentence = README[README.index("Works with Wagtail") :]
    found = re.search(rf"{software}(?:,? (?:and )?\d+\.\d+)+", sentence)
    assert found
    return [version(text) for text in re.findall(r"\d+\.\d+", found[0])]


def classified(topic: str) -> list[str]:
    prefix = f"{topic} :: "
    found = [entry.removeprefix(prefix) for entry in PROJECT["classifiers"]]
    return [text for text in found if re.fullmatch(r"[\d.]+", text)]


def lower_bound(package: str) -> Version:
    (found,) = [entry for entry in PROJECT["dependencies"] if entry.startswith(f"{package}>=")]
    return version(found.removeprefix(f"{package}>="))


def test_every_promised_python_has_a_cell_and_a_classifier() -> None:
    pythons = covered("py")

    assert promised("Python") == pythons
    assert [version(text) for text in classified("Programming Language :: Python")] == pythons
    assert PROJECT["requires-python"] == ">={}.{}".format(*pythons[0])


def test_the_readme_names_the_oldest_and_the_newest_python_to_try_it_with() -> None:
    oldest, newest = covered("py")[0], covered("py")[-1]

    assert "You need Python {}.{} to {}.{},".format(*oldest, *newest) in README


def test_every_promised_django_has_a_cell_and_a_classifier() -> None:
    djangos = covered("django")

    assert promised("Django") == djangos
    assert [version(text) for text in classified("Framework :: Django")] == djangos
    assert lower_bound("django") == djangos[0]


def test_every_promised_wagtail_has_a_cell_and_its_major_version_a_classifier() -> None:
    wagtails = covered("wagtail")

    assert promised("Wagtail") == wagtails
    assert classified("Framework :: Wagtail") == [
        str(major) for major in sorted({major for major, _ in wagtails})
    ]
    assert lower_bound("wagtail") == wagtails[0]


@pytest.mark.parametrize("software", ["django", "wagtail"])
def test_a_cell_installs_the_version_that_it_is_named_after(software: str) -> None:
    for major, minor in covered(software):
        (found,) = [
            line
            for line in lines("testenv", "deps")
            if line.startswith(f"{software}{major}{minor}: ")
        ]
        # A release candidate stands for a version that is not out yet.
        assert re.search(rf": {software}>={major}\.{minor}(rc\d)?,<\d", found)


def test_every_promised_database_has_a_cell() -> None:
    assert "on SQLite, PostgreSQL and MariaDB." in README
    assert {"postgres", "mariadb"} < {factor for cell in CELLS for factor in cell.split("-")}


def jobs(workflow: str) -> list[tuple[str, Version]]:
    """Return the cells that a workflow runs, each with its Python."""
    text = (WORKFLOWS / workflow).read_text()
    found = re.findall(r'- \{ cell: ([\w-]+), python: "([\d.]+)" \}', text)
    return [(cell, version(python)) for cell, python in found]


def test_the_workflow_runs_each_cell_as_a_job_of_its_own() -> None:
    assert sorted(cell for cell, _ in jobs("test.yml")) == sorted(CELLS + PAIRS)


def test_the_benchmarks_are_tried_every_night() -> None:
    assert "tox run -e benchmarks" in (WORKFLOWS / "nightly.yml").read_text()


@pytest.mark.parametrize("workflow", ["test.yml", "release.yml"])
def test_a_job_has_the_python_that_its_cell_is_named_after(workflow: str) -> None:
    for cell, (major, minor) in jobs(workflow):
        if cell.startswith("py"):
            assert cell.startswith(f"py{major}{minor}-")


def test_a_release_is_tested_on_the_oldest_and_the_newest_versions() -> None:
    oldest, newest = [
        "py{}{}-django{}{}-wagtail{}{}".format(
            *(
                number
                for software in ("py", "django", "wagtail")
                for number in covered(software)[at]
            )
        )
        for at in (0, -1)
    ]

    for workflow in ("release.yml", "test.yml"):
        cells = [cell.removesuffix("-postgres") for cell, _ in jobs(workflow)]
        assert cells[:2] == [oldest, newest]
