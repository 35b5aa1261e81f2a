"""Images for tests, made by Pillow."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.images import ImageFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Picture
from wagtail.images import get_image_model

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
PLACE = "Landing stage of Dr Weiss"


def jpeg(size: tuple[int, int] = (1600, 1200), color: str = "teal", **options: Any) -> bytes:
    output = io.BytesIO()
    Picture.new("RGB", size, color).save(output, "JPEG", **options)
    return output.getvalue()


def with_metadata() -> bytes:
    exif = Picture.Exif()
    exif[0x010E] = PLACE  # ImageDescription
    exif[0x0112] = 6  # Orientation: to be turned by 90 degrees
    return jpeg(exif=exif, xmp=f"<x>{PLACE}</x>".encode(), comment=PLACE)


def create_image(data: bytes | None = None, name: str = "harbour.jpg", **values: Any) -> Any:
    """Save an image of Wagtail with this file."""
    data = jpeg() if data is None else data
    if name.endswith(".svg"):
        values |= {"width": 9, "height": 9}
        file: Any = SimpleUploadedFile(name, data, content_type="image/svg+xml")
    else:
        file = ImageFile(io.BytesIO(data), name=name)
    return get_image_model().objects.create(**{"title": "Harbour", "file": file, **values})


def size_of(data: bytes) -> tuple[int, int]:
    return Picture.open(io.BytesIO(data)).size
