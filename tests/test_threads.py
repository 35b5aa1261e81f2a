"""Objects that threads share, in a process that has just started."""

from __future__ import annotations

import threading
import time

import pytest

from tests.parts.threads import STARTS, at_once
from tests.parts.waiting import eventually
from wagtail_llm_actions.providers.client_pool import ClientPerLoop
from wagtail_llm_actions.queues.thread import ThreadQueue
from wagtail_llm_actions.threads import built_once


def test_threads_that_come_first_share_one_object() -> None:
    @built_once
    def build(name: str) -> object:
        time.sleep(0.0001)
        return object()

    for _ in range(STARTS):
        build.cache_clear()
        assert len(set(at_once(lambda: build("owl")))) == 1
    assert build("owl") is not build("auk")


def test_threads_that_warm_up_at_once_build_one_client() -> None:
    for _ in range(STARTS):
        built: list[object] = []

        def build(built: list[object] = built) -> object:
            time.sleep(0.0001)
            built.append(object())
            return built[-1]

        at_once(ClientPerLoop(build).build_ahead)

        assert len(built) == 1


called: list[tuple[str, ...]] = []


def note(*args: str) -> None:
    called.append((*args, threading.current_thread().name))


def test_other_work_is_done_in_a_thread_of_its_own() -> None:
    ThreadQueue().call(f"{__name__}.note", "an id")

    eventually(lambda: called)
    ((argument, thread),) = called
    assert argument == "an id"
    assert thread != threading.current_thread().name


def test_what_cannot_be_built_is_tried_again() -> None:
    answers = [ValueError("not yet"), "there"]

    @built_once
    def build() -> object:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError, match="not yet"):
        build()
    assert [build(), build()] == ["there", "there"]
