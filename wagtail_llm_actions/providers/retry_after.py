"""Read from response headers when a call may be repeated.

Source: RFC 9110, section 10.2.3; ``retry-after-ms`` is an addition of OpenAI's and Anthropic's SDKs.
"""

from __future__ import annotations

import math
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Read ``Retry-After-Ms`` or ``Retry-After`` (seconds or an HTTP date).

    Args:
        headers: Looked up by names in lower case.

    Returns:
        Seconds from now, never negative, or ``None`` without a usable header.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "")
    seconds = _number(value)
    return seconds if seconds is not None else _seconds_until(value)


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return max(number, 0.0) if math.isfinite(number) else None


def _seconds_until(http_date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(http_date)
        return max(moment.timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return None
