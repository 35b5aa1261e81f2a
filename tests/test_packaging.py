"""What is built and installed is what is in the repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import wagtail_llm_actions

ROOT = Path(__file__).parent.parent
PACKAGE = "wagtail_llm_actions"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    return zipfile.ZipFile(next(folder.glob("*.whl")))


@pytest.mark.processes
def test_the_wheel_holds_every_file_of_the_package_and_the_documentation(
    wheel: zipfile.ZipFile,
) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / PACKAGE).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    docs = (path for path in (ROOT / "docs").rglob("*") if path.is_file())
    files |= {f"{PACKAGE}/{path.relative_to(ROOT).as_posix()}" for path in docs}

    packed = {name for name in wheel.namelist() if name.startswith(f"{PACKAGE}/")}

    assert packed == files
    assert f"{PACKAGE}/py.typed" in packed


@pytest.mark.processes
def test_the_wheel_holds_nothing_beside_the_package(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}

    assert tops == {PACKAGE, f"{PACKAGE}-{wagtail_llm_actions.__version__}.dist-info"}


@pytest.mark.skipif("TOX_ENV_DIR" not in os.environ, reason="only tox installs the wheel")
def test_the_tests_run_on_the_installed_wheel() -> None:
    assert Path(wagtail_llm_actions.__file__).is_relative_to(os.environ["TOX_ENV_DIR"])


def test_pre_commit_uses_the_versions_of_the_lint_group() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()

    assert set(re.findall(r"[\w-]+==[\w.]+", hooks)) == set(project["dependency-groups"]["lint"])
