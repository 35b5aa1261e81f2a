"""Images without alternative texts: a scene, words, and one that only decorates."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from django.core.files.images import ImageFile
from PIL import Image as Picture
from PIL import ImageDraw
from wagtail.images import get_image_model

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = WIDTH, HEIGHT = 1600, 1000
SEA, SKY, SAND, HULL, SAIL, INK = "#3f7f93", "#cfe4ea", "#d9c39a", "#8c3b2e", "#fbf7ee", "#22313a"


def load_pictures() -> bool:
    """Save the images; return whether there were none yet."""
    model = get_image_model()
    if model.objects.exists():
        return False
    for title, draw in PICTURES.items():
        picture = Picture.new("RGB", SIZE, SKY)
        draw(ImageDraw.Draw(picture))
        output = io.BytesIO()
        picture.save(output, "JPEG", quality=85)
        name = f"{title.lower().replace(' ', '-')}.jpg"
        model.objects.create(title=title, file=ImageFile(output, name=name))
    return True


def _boats(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((0, 620, WIDTH, 800), SEA)
    draw.rectangle((0, 800, WIDTH, HEIGHT), SAND)
    for left, bottom, length in ((240, 760, 320), (820, 880, 460)):
        right, mast = left + length, left + length // 2
        draw.polygon([(left, bottom - 90), (right, bottom - 90), (right - 60, bottom),
                      (left + 60, bottom)], HULL)  # fmt: skip
        draw.line((mast, bottom - 90, mast, bottom - 520), INK, 10)
        draw.polygon([(mast + 12, bottom - 500), (mast + 12, bottom - 130),
                      (right - 30, bottom - 130)], SAIL)  # fmt: skip


def _timetable(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((260, 140, WIDTH - 260, HEIGHT - 140), SAIL, outline=INK, width=12)
    lines = ("FERRY", "Mainland 07:10", "Island 08:05", "No service on Sundays")
    for row, line in enumerate(lines):
        draw.text((WIDTH / 2, 240 + 170 * row), line, INK, anchor="ma", font_size=110)


def _gradient(draw: ImageDraw.ImageDraw) -> None:
    for row in range(HEIGHT):
        shade = 160 + 80 * row // HEIGHT
        draw.line((0, row, WIDTH, row), (shade - 60, shade - 20, shade))


PICTURES: dict[str, Callable[[ImageDraw.ImageDraw], None]] = {
    "IMG 0412": _boats,
    "Ferry timetable": _timetable,
    "Background blue": _gradient,
}
"""What draws an image, by its title; cameras give them names that say nothing."""
