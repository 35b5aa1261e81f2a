"""A cache whose server does not answer."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.cache.backends.base import BaseCache

BROKEN_CACHES = {"default": {"BACKEND": "tests.parts.broken_cache.BrokenCache"}}


class BrokenCache(BaseCache):
    """Refuses every call, as a client of Redis does when nobody listens."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def _refuse(self, *_args: object, **_kwargs: object) -> NoReturn:
        msg = "Connection refused"
        raise ConnectionError(msg)

    add = get = set = touch = delete = incr = clear = _refuse
    get_many = set_many = delete_many = has_key = _refuse
