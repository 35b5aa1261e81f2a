"""The threads of a web process load the SDKs in the background, once a form offers an action."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from tests.parts.fresh_python import run_python
from tests.parts.threads import at_once
from tests.parts.waiting import eventually
from wagtail_llm_actions.providers.testing import ScriptedProvider
from wagtail_llm_actions.queues.thread import _Pools

if TYPE_CHECKING:
    from collections.abc import Iterator


class SlowToLoad(ScriptedProvider):
    """Takes its time to load, and counts how often it is asked to."""

    begun: ClassVar[list[str]] = []
    gate: ClassVar[threading.Event]

    def warm_up(self) -> None:
        self.begun.append(threading.current_thread().name)
        assert self.gate.wait(60)


class Broken(ScriptedProvider):
    """Cannot be loaded."""

    def warm_up(self) -> None:
        raise RuntimeError("no such library")


@pytest.fixture
def slow(settings: Any) -> Iterator[type[SlowToLoad]]:
    use(settings, SlowToLoad)
    SlowToLoad.gate = threading.Event()
    yield SlowToLoad
    SlowToLoad.gate.set()
    SlowToLoad.begun.clear()


def use(settings: Any, provider: type[ScriptedProvider]) -> None:
    path = f"{provider.__module__}.{provider.__qualname__}"
    settings.WAGTAIL_LLM_ACTIONS = {"PROVIDERS": {"slow": {"BACKEND": path}}}


def test_a_form_does_not_wait_while_the_sdks_are_loaded(slow: type[SlowToLoad]) -> None:
    pools = _Pools(1)

    pools.warm_up_soon()

    eventually(lambda: slow.begun)
    pools.warm_up_soon()
    slow.gate.set()
    pools.warm_up()
    pools.warm_up_soon()
    assert len(slow.begun) == 1


def test_runs_that_come_meanwhile_wait_for_the_same_loading(slow: type[SlowToLoad]) -> None:
    pools = _Pools(1)
    pools.warm_up_soon()
    eventually(lambda: slow.begun)

    threading.Timer(0, slow.gate.set).start()

    assert set(at_once(pools.warm_up)) == {None}
    assert slow.begun == ["llm-actions-warm-up"]


def test_what_cannot_be_loaded_ahead_stops_no_run(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    use(settings, Broken)

    _Pools(1).warm_up()

    assert "could not be loaded ahead" in caplog.text


def test_django_starts_without_any_sdk_and_without_the_rules_for_answers() -> None:
    printed = run_python(
        """
        import sys
        import django
        from django.core.handlers.wsgi import WSGIHandler

        django.setup()
        WSGIHandler()
        import tests.urls

        heavy = {"anthropic", "genai_prices", "ollama", "openai"}
        heavy.add("wagtail_llm_actions.answers.cleaning")
        print(sorted(heavy & set(sys.modules)))
        """
    )
    assert printed.strip() == "[]"
