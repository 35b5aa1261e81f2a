"""Exports of the history with few and with many runs: time to the first byte, whole time, memory.

Each export has a process of its own, whose peak is its memory. It only reads the history: what a
background file writes goes to a second database, which is deleted afterward.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.report import Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from benchmarks.options import Options
    from benchmarks.rig import Rig

ROWS, QUICK_ROWS = (10_000, 1_000_000), (500, 1_000)
FORMATS = ("csv", "xlsx")
HISTORY = "/admin/reports/llm-history/"
FILES = "files"
"""The database of what is written."""


def run(_rig: Rig, options: Options) -> Section:
    """Write each export once."""
    lines = []
    with TemporaryDirectory() as folder:
        for rows in options.rows or options.pick(ROWS, QUICK_ROWS):
            history = (options.folder or Path(folder)) / f"{rows}.sqlite3"
            _call("benchmarks.fill", str(rows), "--sqlite", str(history))
            for form in FORMATS:
                printed = _call("benchmarks.exports", str(history), form, folder)
                lines.append([form, f"{rows:,}", *json.loads(printed.splitlines()[-1])])
    table = Table(
        title="The history as a file, on SQLite",
        columns=[
            "format",
            "runs",
            "first byte s",
            "all s",
            "CPU s",
            "MB",
            "peak MB",
            "above the start MB",
        ],
        rows=lines,
        notes=[
            "CSV is streamed. XLSX is written in the background, its parts into the database. The peak is "
            "what the process held in memory, which has 19 columns for each run; the start is what it took for an export "
            "without rows."
        ],
    )
    return Section(title="Exports after two years", tables=[table])


def _call(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main(history: str, form: str, folder: str) -> None:
    """Write one export; print its cells as JSON."""
    os.environ["TEST_DATABASE_NAME"] = history
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.site.settings"
    import django  # noqa: PLC0415 - the environment has to be set before

    django.setup()
    if _admin() is None:
        _make_admin()
    _open_databases(history, folder)
    write = {"csv": _write_csv, "xlsx": _write_file}[form]
    write("&page=zzz-nothing")
    start, before, cpu = _peak(), time.perf_counter(), time.process_time()
    first, size = write("")
    seconds, cpu = time.perf_counter() - before, time.process_time() - cpu
    cells = [first - before, seconds, cpu, size / 1e6, _peak(), _peak() - start]
    print(json.dumps([f"{cells[0]:.2f}", *(f"{cell:.1f}" for cell in cells[1:])]))


def _peak() -> float:
    """Return the most memory of this process so far, in MB."""
    # ``ru_maxrss`` would begin with that of the process that started this one.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _open_databases(history: str, folder: str) -> None:
    from django.db import connections, router  # noqa: PLC0415

    from wagtail_llm_actions.models import LLMExport, LLMExportChunk  # noqa: PLC0415

    own: dict[str, Any] = connections.settings
    files = {**own["default"], "NAME": str(Path(folder) / f"{os.getpid()}.sqlite3")}
    own["default"]["NAME"] = f"file:{history}?mode=ro"
    own["default"]["OPTIONS"] = {**own["default"]["OPTIONS"], "uri": True}
    own[FILES] = files

    class FilesApart:
        def db_for_read(self, model: type, **_hints: object) -> str:
            return FILES if model in {LLMExport, LLMExportChunk} else "default"

        db_for_write = db_for_read

    router.routers.append(FilesApart())
    with connections[FILES].schema_editor() as editor:
        editor.create_model(LLMExport)
        editor.create_model(LLMExportChunk)


def _write_csv(query: str) -> tuple[float, int]:
    """Take the pieces as a browser would; return when the first came, and all bytes."""
    response: Any = _request(f"export=csv{query}")
    pieces: Iterable[bytes] = response.streaming_content
    first, size = 0.0, 0
    for piece in pieces:
        first, size = first or time.perf_counter(), size + len(piece)
    return first, size


def _write_file(query: str) -> tuple[float, int]:
    """Do the job; return when it is done, as there is no file before, and its bytes."""
    from wagtail_llm_actions.admin.exports.job import write_export  # noqa: PLC0415
    from wagtail_llm_actions.models import LLMExport  # noqa: PLC0415

    export = LLMExport.objects.create(
        user_id=_admin().pk,
        view="wagtail_llm_actions:history",
        query=f"export=xlsx{query}",
        filename="llm-history.xlsx",
    )
    write_export(str(export.pk))
    export.refresh_from_db()
    if export.status != LLMExport.Status.DONE:
        raise RuntimeError(export.error)
    return time.perf_counter(), export.size


def _request(query: str) -> Any:
    from django.urls import resolve  # noqa: PLC0415
    from wagtail.coreutils import get_dummy_request  # noqa: PLC0415

    request: HttpRequest = get_dummy_request(path=f"{HISTORY}?{query}")
    request.user = _admin()
    match = request.resolver_match = resolve(HISTORY)
    return match.func(request, *match.args, **match.kwargs)


def _admin() -> Any:
    from django.contrib.auth import get_user_model  # noqa: PLC0415

    return get_user_model()._default_manager.filter(is_superuser=True).first()


def _make_admin() -> None:
    from django.db import connection  # noqa: PLC0415

    from tests.factories import AdminFactory  # noqa: PLC0415

    AdminFactory()
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
