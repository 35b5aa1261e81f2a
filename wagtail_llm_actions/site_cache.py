"""The cache of the site, whose failures stop nothing."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)


@contextmanager
def cache_may_fail(consequence: str) -> Iterator[None]:
    """Log what a cache raises in this block, and go on after it.

    Args:
        consequence: What is different then, for the log.
    """
    try:
        yield
    except Exception:
        # Each cache has errors of its own.
        logger.exception("The cache cannot be reached: %s", consequence)
