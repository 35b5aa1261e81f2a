"""From a click to the bytes that a provider's server gets."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.forms import model_to_dict
from wagtail.images import get_image_model

from tests.factories import AdminFactory
from tests.images.conftest import alt_text_action
from tests.images.files import PLACE, SVG, create_image, jpeg, size_of, with_metadata
from tests.providers.contract import KEY
from tests.providers.server import ProviderServer, whole
from tests.providers.wire_anthropic import AnthropicWire
from tests.providers.wire_ollama import OllamaWire
from tests.providers.wire_openai import OpenAIWire
from tests.runs.starting import start_run
from wagtail_llm_actions.conf.providers import ANTHROPIC_BACKEND, OLLAMA_BACKEND, OPENAI_BACKEND
from wagtail_llm_actions.errors import ErrorCode, RateLimited
from wagtail_llm_actions.messages.errors import error_sentence
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.providers.testing import ScriptedProvider
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from tests.providers.contract import Wire
    from tests.providers.server import Recorded, Reply
    from wagtail_llm_actions.models import LLMAction, LLMRun

pytestmark = pytest.mark.django_db

BACKENDS = {
    OPENAI_BACKEND: OpenAIWire(),
    ANTHROPIC_BACKEND: AnthropicWire(),
    OLLAMA_BACKEND: OllamaWire(),
}


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


def use(settings: Settings, backend: str, url: str, **model: object) -> None:
    url += "/v1" if backend == OPENAI_BACKEND else ""
    entry = {"PROVIDER": "main", "NAME": "owl-1", "LABEL": "Owl", **model}
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "PROVIDERS": {"main": {"BACKEND": backend, "BASE_URL": url, "API_KEY": KEY}},
        "MODELS": {"scripted": entry},
    }


class Seer:
    """Answers with the size and the hash of the image that it is shown."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.images: list[bytes] = []

    def __call__(self, recorded: Recorded) -> Reply:
        _prompt, [(media_type, data)] = self.wire.user_message(recorded)
        assert media_type == "image/jpeg"
        self.images.append(base64.b64decode(data))
        digest = hashlib.sha256(self.images[-1]).hexdigest()
        width, height = size_of(self.images[-1])
        return self.wire.answer(f"An image of {width} by {height} pixels, {digest}.")


def run_on(llm_action: LLMAction, image: Any) -> LLMRun:
    run = start_run(llm_action, image, user=AdminFactory())
    if not run.is_final:
        execute(run.pk)
        run.refresh_from_db()
    return run


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_server_is_shown_a_small_version_of_the_image(
    settings: Settings, server: ProviderServer, alt_text: LLMAction, backend: str
) -> None:
    # A known context: Ollama is not asked for it.
    options = {"context_tokens": 8192}
    use(settings, backend, server.url, ACCEPTS_IMAGES=True, OPTIONS=options)
    seer = Seer(BACKENDS[backend])
    server.play(seer)

    run = run_on(alt_text, create_image(jpeg((3000, 1500))))

    digest = hashlib.sha256(seer.images[0]).hexdigest()
    assert run.output == f"An image of 1024 by 512 pixels, {digest}."
    assert len(server.requests) == 1


def test_the_original_and_its_metadata_are_not_sent(
    settings: Settings, server: ProviderServer, alt_text: LLMAction
) -> None:
    use(settings, OPENAI_BACKEND, server.url, ACCEPTS_IMAGES=True)
    seer = Seer(OpenAIWire())
    server.play(seer)
    original = with_metadata()

    run_on(alt_text, create_image(original))

    (sent,) = seer.images
    assert original.count(PLACE.encode()) == 3
    assert PLACE.encode() not in sent
    assert size_of(sent) == (768, 1024)


def test_a_run_stores_which_image_it_was_and_nothing_of_it(alt_text: LLMAction) -> None:
    image = create_image(jpeg((300, 200)), title="Quay")

    run = run_on(alt_text, image)

    assert run.image == {
        "model": image._meta.label,
        "id": str(image.pk),
        "hash": image.file_hash,
        "width": 300,
        "height": 200,
    }
    provider = get_provider("test")
    assert isinstance(provider, ScriptedProvider)
    (sent,) = provider.requests[0].images
    stored = json.dumps(model_to_dict(run), default=str)
    assert sent.base64[:40] not in stored
    assert not image.renditions.exists()


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (SVG, "logo.svg", "The image is an SVG drawing"),
        (b"no image at all", "broken.jpg", "The file of the image cannot be read"),
    ],
    ids=["svg", "broken"],
)
def test_a_file_that_cannot_be_shown_is_refused_with_a_sentence(
    alt_text: LLMAction, data: bytes, name: str, words: str
) -> None:
    image = create_image()
    image.file.save(name, ContentFile(data), save=False)
    image._set_file_hash()
    get_image_model().objects.filter(pk=image.pk).update(
        file=image.file.name, file_hash=image.file_hash
    )
    image = get_image_model().objects.get(pk=image.pk)

    run = run_on(alt_text, image)

    assert (run.status, run.error_code) == ("failed", ErrorCode.INVALID_INPUT)
    assert error_sentence(run).startswith(words)
    assert not get_provider("test").requests  # type: ignore[attr-defined]


@pytest.mark.parametrize("change", ["replaced", "deleted", "lost"])
def test_an_image_that_is_no_longer_that_of_the_click_is_not_sent(
    alt_text: LLMAction, change: str
) -> None:
    image = create_image()
    run = start_run(alt_text, image, user=AdminFactory())
    if change == "replaced":
        get_image_model().objects.update(file_hash="0" * 40)
    elif change == "deleted":
        image.delete()
    else:
        image.file.storage.delete(image.file.name)

    execute(run.pk)

    run.refresh_from_db()
    assert run.error_context["reason"] == "unreadable_image"
    assert not get_provider("test").requests  # type: ignore[attr-defined]


def test_a_model_that_sees_nothing_is_not_asked() -> None:
    run = run_on(alt_text_action(model="blind"), create_image())

    assert error_sentence(run) == (
        "Blind cannot see images. Ask your admin to choose another model for this action."
    )


def test_a_fallback_model_that_sees_nothing_is_not_asked_either() -> None:
    provider = get_provider("test")
    assert isinstance(provider, ScriptedProvider)
    for _attempt in range(RateLimited.max_attempts):
        provider.script(RateLimited(provider="test", model="s", retry_after_seconds=0))

    run = run_on(alt_text_action(fallback_model="blind"), create_image())

    assert (run.status, run.used_fallback) == ("failed", False)
    assert {request.model for request in provider.requests} == {"s"}


def test_ollama_says_by_itself_whether_its_model_sees_images(
    settings: Settings, server: ProviderServer, alt_text: LLMAction
) -> None:
    use(settings, OLLAMA_BACKEND, server.url, OPTIONS={"context_tokens": 8192})
    seer = Seer(OllamaWire())
    replies = ollama("completion", "vision")
    server.play(*replies, seer)

    run = run_on(alt_text, create_image())

    assert run.status == "succeeded"
    assert len(seer.images) == 1


def test_a_text_model_of_ollama_is_shown_no_image(
    settings: Settings, server: ProviderServer, alt_text: LLMAction
) -> None:
    use(settings, OLLAMA_BACKEND, server.url, OPTIONS={"context_tokens": 8192})
    server.play(*ollama("completion"))

    run = run_on(alt_text, create_image())

    assert error_sentence(run).startswith("Owl cannot see images.")


def ollama(*capabilities: str) -> list[Reply]:
    tags = {"models": [{"name": "owl-1:latest", "model": "owl-1:latest"}]}
    shown = {"capabilities": capabilities}
    bodies: list[dict[str, Any]] = [tags, {"models": []}, shown]
    return [whole(200, json.dumps(body).encode()) for body in bodies]
