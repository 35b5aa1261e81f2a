"""Run a command beside a throw-away MariaDB server: ``python -m tests.mariadb pytest``.

The server is the system's and listens on a socket only; ``python -m tests.mariadb`` alone makes
sure of it, and of what compiles Django's driver, by Debian's packages where this user may install
them. Time zone tables stay empty, as in a server that was only just installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests import debian
from tests.memory_disk import throw_away_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("gcc", "libmariadb-dev", "mariadb-server", "pkg-config")
START_SECONDS = 60.0
OPTIONS = (
    "--character-set-server=utf8mb4",
    "--skip-networking",
    # The data is thrown away: nothing has to survive a crash.
    "--innodb-doublewrite=OFF",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
)


def executable(name: str) -> str | None:
    """Return the path of a program of MariaDB; servers are outside the path of most users."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


def is_installed() -> bool:
    """Return whether the server and what compiles the driver are there."""
    return bool(executable("mariadbd") and executable("mariadb_config"))


@contextmanager
def running_server(folder: Path) -> Iterator[Path]:
    """Yield the socket of a server that keeps its data in ``folder``."""
    data, socket = folder / "data", folder / "socket"
    # Only root may and must say as whom the server runs.
    user = ("--user=root",) if os.geteuid() == 0 else ()
    place = ("--no-defaults", f"--datadir={data}", *user)
    setup = [
        str(executable("mariadb-install-db")),
        *place,
        "--auth-root-authentication-method=normal",
    ]
    subprocess.run(setup, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    command = [str(executable("mariadbd")), *place, f"--socket={socket}", *OPTIONS]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stderr=log)  # noqa: S603
    try:
        deadline = time.monotonic() + START_SECONDS
        while not socket.exists():
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text())
            time.sleep(0.05)
        yield socket
    finally:
        # What it would write while it stops is thrown away.
        server.kill()
        server.wait()


def main(command: list[str]) -> int:
    """Return the command's exit code once the server has been stopped and removed."""
    with throw_away_folder() as folder, running_server(Path(folder)) as socket:
        environment = os.environ | {
            "TEST_DATABASE_ENGINE": "mysql",
            "TEST_DATABASE_HOST": str(socket),
        }
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    if len(sys.argv) == 1:
        if not is_installed():
            debian.install(*PACKAGES, unless=is_installed)
    else:
        sys.exit(main(sys.argv[1:]))
