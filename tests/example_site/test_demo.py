from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from example_site.parts import HOST, free_port
from tests.example_site.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.processes

WITHOUT_LLAMA = """
import sys
sys.modules["xllamacpp"] = None
from example_site.demo import main
raise SystemExit(main())
"""


def demo(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own code
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"SITE_DATA": str(data), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_port_in_use_gives_a_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]

        result = demo(tmp_path, "-m", "example_site.demo", "--port", str(port))

    assert result.returncode == 2
    assert result.stderr.startswith(f"Port {port} is in use. Choose another one, for example: ")
    assert "--port" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_is_none_gives_a_sentence_and_exit_code_2(tmp_path: Path, port: str) -> None:
    result = demo(tmp_path, "-m", "example_site.demo", f"--port={port}")

    assert result.returncode == 2
    assert result.stderr.startswith(f"{port} is not the number of a port.")


def test_a_part_that_cannot_be_had_is_named_without_a_traceback(tmp_path: Path) -> None:
    result = demo(tmp_path, "-c", WITHOUT_LLAMA, "--port", str(free_port()))

    assert result.returncode == 1
    assert "llama.cpp is not installed." in result.stderr
    assert "pip install xllamacpp" in result.stderr
    assert "Traceback" not in result.stderr
