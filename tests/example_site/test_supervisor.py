"""Real processes, trivial ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from example_site.supervisor import Part, PartFailed, Stopped, Supervisor
from tests.example_site.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.processes

MAX_OUTAGE_SECONDS = 20
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the leash")

SLEEPER = "import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('set'); {SLEEPER}"
FORKING = f"""
import os
child = os.fork()
if child:
    print(child, flush=True)
{SLEEPER}
"""
SUPERVISING = """
import sys
from pathlib import Path
from example_site.supervisor import Part, Supervisor
root, logs, module = sys.argv[1:]
with Supervisor(folder=Path(root), logs=Path(logs), say=print) as supervisor:
    supervisor.start(Part(name="Worker", command=["-m", module]))
    print(supervisor.running[0].process.pid, flush=True)
    supervisor.watch()
"""


def sleeping(code: str = SLEEPER, name: str = "Sleeper", **options: object) -> Part:
    return Part(name=name, command=[sys.executable, "-u", "-c", code], **options)  # type: ignore[arg-type]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # In a container nobody may collect what has ended.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and ") Z " in stat.read_text())


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + MAX_OUTAGE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_parts_are_announced_when_they_answer_and_stopped_at_the_end(
    tmp_path: Path, sentences: list[str]
) -> None:
    answers = iter([False, True])

    with Supervisor(folder=ROOT, logs=tmp_path, say=sentences.append) as supervisor:
        supervisor.start(sleeping(name="First", is_ready=lambda: next(answers)))
        supervisor.start(sleeping(name="Second"))
        supervisor.wait_until_ready()
        pids = [running.process.pid for running in supervisor.running]
        assert all(is_alive(pid) for pid in pids)

    assert sorted(sentence.split(":")[0] for sentence in sentences) == ["First", "Second"]
    assert not any(is_alive(pid) for pid in pids)


def test_a_part_that_ends_is_reported_with_the_end_of_its_log(supervisor: Supervisor) -> None:
    supervisor.start(sleeping())
    supervisor.start(sleeping("raise SystemExit('No paper.')", name="Paper mill"))

    with pytest.raises(PartFailed, match=r"(?s)Paper mill stopped by itself\..*    No paper\."):
        supervisor.watch()


def test_a_part_that_does_not_answer_is_given_up(supervisor: Supervisor) -> None:
    supervisor.start(sleeping(is_ready=lambda: False, patience_seconds=0.2))

    with pytest.raises(PartFailed, match="Sleeper did not answer within 0 s"):
        supervisor.wait_until_ready()


def test_a_part_that_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    with Supervisor(folder=ROOT, logs=tmp_path, say=str) as supervisor:
        supervisor.start(sleeping(STUBBORN))
        wait_for((tmp_path / "sleeper.log").read_text)
        pid = supervisor.running[0].process.pid

    assert not is_alive(pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_watch(supervisor: Supervisor, number: signal.Signals) -> None:
    supervisor.start(sleeping())
    os.kill(os.getpid(), number)

    with pytest.raises(Stopped):
        supervisor.watch()


def test_the_signals_are_given_back(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)

    with Supervisor(folder=ROOT, logs=tmp_path, say=str):
        assert signal.getsignal(signal.SIGINT) != before

    assert signal.getsignal(signal.SIGINT) == before


def test_a_command_runs_to_its_end_and_returns_its_output(supervisor: Supervisor) -> None:
    code = "import os; print(os.environ['GREETING'])"

    output = supervisor.run("Greeting", [sys.executable, "-c", code], {"GREETING": "Good evening"})

    assert output == "Good evening\n"


def test_a_command_that_fails_is_reported(supervisor: Supervisor) -> None:
    with pytest.raises(PartFailed, match="Loading failed with exit code 3"):
        supervisor.run("Loading", [sys.executable, "-c", "raise SystemExit(3)"], {})


@linux_only
def test_neither_a_part_nor_what_it_forked_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    (tmp_path / "forking_part.py").write_text(FORKING)
    supervising = subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", SUPERVISING, str(ROOT), str(tmp_path / "log"), "forking_part"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with supervising:
        assert supervising.stdout
        part = int(supervising.stdout.readline())
        wait_for((tmp_path / "log" / "worker.log").read_text)
        fork = int((tmp_path / "log" / "worker.log").read_text())
        assert is_alive(part)
        assert is_alive(fork)

        supervising.kill()

    wait_for(lambda: not is_alive(part))
    wait_for(lambda: not is_alive(fork))
