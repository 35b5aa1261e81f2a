"""The provider seam: one method, ``Provider.stream``, behind which every language model looks the same.

Nothing here imports Django, Wagtail or the settings, and no adapter imports its client library
before the first call. ``docs/extending/provider.md`` explains how to write an adapter.
"""

from __future__ import annotations
