"""How many examples property tests try: few in each run, and many where somebody asks for them.

``PROPERTY_EXAMPLES=2000 pytest tests/fields`` tries so many of each.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings


def examples(few: int) -> settings:
    """Return settings for a test that tries ``few`` examples, however slow the machine is."""
    return settings(
        max_examples=int(os.environ.get("PROPERTY_EXAMPLES", few)),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
