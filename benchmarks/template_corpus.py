"""Run the corpus of hostile templates, each in a process of its own, and print what it took.

Usage: python -m benchmarks.template_corpus

Every variable holds 2.4 MB, about what a form may send. Each case has to end within 1 s of processor
time and 100 MB above a process that renders nothing, and escapes and bombs in an error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

MAX_MILLISECONDS = 1_000
MAX_MEGABYTES = 100

ALL = """
import json, os, resource, sys, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
import django
django.setup()
from tests.fields.hostile import RICH_TEXTS
from tests.prompts.test_allowlist import BOMBS, REFUSED
from tests.prompts.test_work import ALLOWED, HEAVY, MAX_CHARS, WORDS, heavy_values
from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.fields.markup.markdown import to_markdown
from wagtail_llm_actions.prompts.rendering import render, validate
validate("{{ input }}")
to_markdown("<p>a</p>")

def ends(work):
    try:
        work()
    except (InvalidInput, LookupError) as error:
        return str(error)[:60]
    return "renders"

cases = [
    ("escape", name, lambda text=text: render(text, heavy_values(WORDS), max_chars=MAX_CHARS))
    for name, text in {**REFUSED, **BOMBS}.items()
] + [
    ("size", name, lambda text=text, content=content: render(
        text, heavy_values(content), max_chars=MAX_CHARS
    ))
    for name, (text, content) in {**HEAVY, **ALLOWED}.items()
] + [
    ("rich text", name, lambda html=html: to_markdown(html))
    for name, html in RICH_TEXTS.items()
]
print(len(cases))
for kind, name, work in cases:
    sys.stdout.flush()
    if os.fork():
        os.wait()
        continue
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    end = ends(work)
    milliseconds = (time.process_time() - started) * 1000
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps([kind, name, end, milliseconds, grown]), flush=True)
    os._exit(0)
"""


def main() -> int:
    """Print a row for each case; return how many did not end within the limits."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", ALL],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )
    count, *lines = done.stdout.splitlines()
    bad = int(count) - len(lines)
    for kind, name, end, milliseconds, grown in map(json.loads, lines):
        ok = milliseconds < MAX_MILLISECONDS and grown < MAX_MEGABYTES
        ok = ok and (kind != "escape" or end != "renders")
        bad += not ok
        mark = "" if ok else "BAD "
        print(f"{mark}{kind:10}{name:32} {milliseconds:7.1f} ms {grown:6.1f} MB  {end}")
    print(f"{count} cases in {time.perf_counter() - started:.1f} s, {bad} bad")
    return bad


if __name__ == "__main__":
    sys.exit(main())
