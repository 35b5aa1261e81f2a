"""The tests' settings, as production has them: no debug mode, connections kept.

``TEST_SETTINGS`` holds what only the benchmark knows, such as ports.
"""

from __future__ import annotations

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

ROOT_URLCONF = "benchmarks.site.urls"
SESSION_COOKIE_NAME = "benchmark"

DATABASES["default"]["CONN_MAX_AGE"] = 60
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"]["timeout"] = 20

# A page is saved with all that a site does then.
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

# Nothing here talks to the outside world.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
