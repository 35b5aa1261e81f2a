"""Where a throw-away database server keeps its files: in memory, where there is room."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only the place of a folder of our own
ROOM_BYTES = 2_000_000_000
"""Several times what a server's files take; Docker gives 64 MB unless it is told otherwise."""


def throw_away_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that is removed when its ``with`` block is left.

    On a disk, a server without fsync still waits while others write there.
    """
    has_room = (
        os.access(SHARED_MEMORY, os.W_OK) and shutil.disk_usage(SHARED_MEMORY).free > ROOM_BYTES
    )
    return tempfile.TemporaryDirectory(dir=SHARED_MEMORY if has_room else None)
