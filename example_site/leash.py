"""Run a command that cannot outlive the process which started it.

``python -m example_site.leash PARENT -m MODULE [ARGUMENTS]`` or ``PARENT PROGRAM [ARGUMENTS]``, where
``PARENT`` is the process id of whoever calls.
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

    Linux only; elsewhere a killed parent leaves its children behind. The tie lasts through ``exec``
    but not through ``fork``.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Become the command on the command line."""
    parent, *command = sys.argv[1:]
    tie_to_parent()
    if os.getppid() != int(parent):
        sys.exit("The parent ended before its child began.")
    if command[0] != "-m":
        os.execv(command[0], command)  # noqa: S606 - the callers are our own
    # Its own children must not outlive it either.
    os.register_at_fork(after_in_child=tie_to_parent)
    sys.argv = command[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
