"""Send a file piece by piece, under WSGI and ASGI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from django.http import HttpRequest


def download(
    request: HttpRequest, pieces: Iterator[bytes], filename: str, content_type: str
) -> StreamingHttpResponse:
    """Return a file to save, which is made while it is sent."""
    is_asynchronous = isinstance(request, ASGIRequest)
    return StreamingHttpResponse(
        _asynchronous(pieces) if is_asynchronous else pieces,
        content_type=content_type,
        headers={"Content-Disposition": content_disposition_header(True, filename) or ""},  # noqa: FBT003
    )


async def _asynchronous(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces one by one; Django would first collect all of them."""
    while piece := await sync_to_async(lambda: next(pieces, b""))():
        yield piece
