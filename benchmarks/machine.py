"""What was measured, and on what; no figure says anything without it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from django.db import connection

if TYPE_CHECKING:
    from benchmarks.rig import Rig

GIBIBYTE = 2**30
PACKAGES = ("django", "wagtail", "rq", "django-rq", "redis", "openai", "gunicorn")


def machine_line(rig: Rig) -> str:
    """Return one paragraph: the machine, its load, and the versions of everything."""
    memory = psutil.virtual_memory().total / GIBIBYTE
    load, _, _ = os.getloadavg()
    parts = [
        f"{psutil.cpu_count()} cores ({_cpu()}), {memory:.0f} GiB, load {load:.1f} at the start",
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        *(f"{name} {version(name)}" for name in PACKAGES),
        f"Valkey {_valkey_version(rig)}",
        _database(),
    ]
    return "; ".join(parts) + "."


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor()


def _valkey_version(rig: Rig) -> str:
    facts = rig.valkey.info("server")
    return str(facts.get("valkey_version", facts["redis_version"]))


_VERSIONS = {
    "mysql": "SELECT version()",
    "postgresql": "SHOW server_version",
    "sqlite": "SELECT sqlite_version()",
}
"""What asks a database for its version."""


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS[connection.vendor])
        (number,) = cursor.fetchone()
    return f"{connection.display_name} {number}"
