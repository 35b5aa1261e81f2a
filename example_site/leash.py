"""Keep processes from outliving the one that started them.

``python -m example_site.leash MODULE [ARGUMENTS]`` runs a module that forks, such as the worker.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1  # From Linux's <sys/prctl.h>.


def tie_to_parent() -> None:
    """Have the kernel kill this process when its parent ends, however that ends.

    Linux only: elsewhere a killed supervisor leaves its parts behind. The setting survives ``exec``
    but not ``fork``.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Run the module named on the command line; what it forks is tied to it in turn."""
    os.register_at_fork(after_in_child=tie_to_parent)
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
