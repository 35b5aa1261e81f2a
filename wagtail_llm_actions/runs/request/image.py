"""The image that a run sends: named when the run is created, and made small when it is sent."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, TypedDict

from django.apps import apps
from PIL import Image

from wagtail_llm_actions import fields
from wagtail_llm_actions.compat import permission_policy_for
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.generation import ImageInput
from wagtail_llm_actions.runs.findings import sees_images
from wagtail_llm_actions.runs.request.variables import field_label

if TYPE_CHECKING:
    from django.db import models

    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.permissions import User

logger = logging.getLogger(__name__)

RENDITION = "max-1024x1024|format-jpeg|jpegquality-95"
"""What is sent in place of the original. All vendors take JPEG, and scale down what is much larger."""
JPEG_QUALITY = 80
MAX_BYTES = 3_000_000
"""Anthropic takes 5 MB in base64; a rendition of photos has a tenth of that."""
CHOOSE_PERMISSIONS = ("choose", "change")


class SentImage(TypedDict):
    """Which image a run sends, as the run stores it: without its title, which would outlive the image."""

    model: str
    """Its label, such as ``wagtailimages.Image``."""
    id: str
    hash: str
    """Of the original file, as Wagtail computes it."""
    width: int
    """Of the original, in pixels."""
    height: int


def check_models(run: LLMRun) -> None:
    """Check that the model of a run sees images; a fallback model that does not is not asked.

    Raises:
        InvalidInput: It does not, as far as is known.
    """
    model = get_settings().models[run.model_key]
    if not sees_images(model):
        raise InvalidInput(InvalidInput.Reason.MODEL_WITHOUT_IMAGES, run.model_key)


def sent_image(
    instance: models.Model, path: str, user: User | None, item: fields.Item | None = None
) -> SentImage:
    """Return which image is at a path that is an image.

    Args:
        instance: A page, snippet or image with the values of the form.
        path: Of the source.
        user: Must be allowed to choose the image, or to change it; ``None`` for the site itself.
        item: What it is sent for: of several blocks or rows, the image of the same one.

    Raises:
        InvalidInput: There is none, it is not for this user, or it cannot be sent.
    """
    reasons, label = InvalidInput.Reason, field_label(type(instance), path)
    image: Any = fields.image_at(instance, path, item)
    if image is None or not image.file:
        raise InvalidInput(reasons.NO_IMAGE, label)
    policy = permission_policy_for(type(image))
    if user is not None and not policy.user_has_any_permission_for_instance(
        user, CHOOSE_PERMISSIONS, image
    ):
        raise InvalidInput(reasons.FORBIDDEN_IMAGE, label)
    if image.is_svg():
        raise InvalidInput(reasons.SVG_IMAGE, label)
    try:
        file_hash = image.get_file_hash()
    except OSError:
        raise InvalidInput(reasons.UNREADABLE_IMAGE, label) from None
    return SentImage(
        model=image._meta.label,
        id=str(image.pk),
        hash=file_hash,
        width=image.width,
        height=image.height,
    )


def find_image(sent: SentImage) -> Any:
    """Return the image as it is now; ``None`` if it was deleted."""
    try:
        model: Any = apps.get_model(sent["model"])
    except LookupError:
        return None
    return model._default_manager.filter(pk=sent["id"]).first()


def image_input(sent: SentImage) -> ImageInput:
    """Return the image as it is sent: a small JPEG, which is not stored anywhere.

    Raises:
        InvalidInput: The image was replaced or deleted since, or its file cannot be read.
    """
    from wagtail.images.models import Filter  # noqa: PLC0415 - the app may not be installed

    unreadable = InvalidInput(InvalidInput.Reason.UNREADABLE_IMAGE)
    image = find_image(sent)
    if image is None or image.file_hash != sent["hash"]:
        raise unreadable
    try:
        smaller = BytesIO()
        Filter(spec=RENDITION).run(image, smaller)
        data = _without_metadata(smaller)
    except Exception:
        # Pillow and the storage have errors of their own, for each way in which a file can be broken.
        logger.exception("No rendition can be made of %s %s", sent["model"], sent["id"])
        raise unreadable from None
    if len(data) > MAX_BYTES:
        raise unreadable
    return ImageInput(data=data, media_type="image/jpeg")


def _without_metadata(file: IO[bytes]) -> bytes:
    """Return a JPEG file without what Wagtail keeps of the original: where a photo was taken, and by whom."""
    output = BytesIO()
    with Image.open(file) as picture:
        pixels = picture.convert("RGB")
    pixels.info.clear()
    pixels.save(output, "JPEG", quality=JPEG_QUALITY)
    return output.getvalue()
