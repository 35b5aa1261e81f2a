"""What every stream of live text does, on a real server and a real database, the documented one too."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.factories import LLMRunFactory
from tests.parts.docs_examples import example_module
from tests.parts.unreachable import refusing_port
from tests.parts.valkey import Valkey, rq_queues
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.streams import get_stream
from wagtail_llm_actions.streams.database import DatabaseStream
from wagtail_llm_actions.streams.redis import TTL_SECONDS, RedisStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from wagtail_llm_actions.streams import Stream

pytestmark = pytest.mark.django_db

PIECES = ["The tide ", "çame ", "early 🌊", "\n", "よ"]


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    with Valkey() as running:
        yield running


@pytest.fixture
def redis_stream(valkey: Valkey, settings: Any) -> Stream:
    settings.RQ_QUEUES = valkey.rq_queues
    return get_stream()


EXAMPLE = example_module("stream").CacheStream


@pytest.fixture(params=[RedisStream, DatabaseStream, EXAMPLE])
def stream(request: pytest.FixtureRequest, valkey: Valkey, settings: Any) -> Stream:
    if request.param is RedisStream:
        settings.RQ_QUEUES = valkey.rq_queues
    if request.param is EXAMPLE:
        path = f"{EXAMPLE.__module__}.{EXAMPLE.__name__}"
        settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"STREAM": path}
    found = get_stream()
    assert type(found) is request.param
    return found


@pytest.fixture
def run() -> LLMRun:
    running: LLMRun = LLMRunFactory(running=True)
    return running


def test_the_text_comes_out_in_the_pieces_that_were_not_read_yet(
    stream: Stream, run: LLMRun
) -> None:
    position, read = 0, []
    for piece in PIECES:
        stream.append(run.pk, piece)
        text, position = stream.read(run.pk, position)
        read.append(text)

    assert read == PIECES
    assert stream.read(run.pk, position) == ("", position)
    assert stream.read(run.pk, 0) == ("".join(PIECES), position)


def test_runs_do_not_mix(stream: Stream, run: LLMRun) -> None:
    other = LLMRunFactory(running=True, action=run.action, user=run.user, page=run.target)
    stream.append(run.pk, "One")
    stream.append(other.pk, "Two")

    assert stream.read(run.pk, 0)[0] == "One"
    assert stream.read(other.pk, 0)[0] == "Two"


def test_several_runs_are_read_at_once_each_from_its_own_position(
    stream: Stream, run: LLMRun
) -> None:
    other = LLMRunFactory(running=True, action=run.action, user=run.user, page=run.target)
    nobody = uuid.uuid4()
    stream.append(run.pk, "One")
    stream.append(other.pk, "Two")

    assert stream.read_all({run.pk: 1, other.pk: 0, nobody: 7}) == {
        run.pk: ("ne", 3),
        other.pk: ("Two", 3),
        nobody: ("", 7),
    }


def test_an_unknown_run_has_no_text(stream: Stream) -> None:
    assert stream.read(uuid.uuid4(), 0) == ("", 0)
    assert stream.read(uuid.uuid4(), 7) == ("", 7)


@pytest.mark.parametrize("position", [1, 2, 3, 4, 5, 1000, 2**31, 2**63, 10**30])
def test_a_position_that_was_made_up_does_no_harm(
    stream: Stream, run: LLMRun, position: int
) -> None:
    stream.append(run.pk, "🌊çé")

    text, after = stream.read(run.pk, position)

    assert "🌊" not in text
    assert after >= position


@pytest.mark.parametrize("cursor", ["", "-1", "x", "1.5", "٣", "9" * 18, "9" * 5000])
def test_a_cursor_that_was_made_up_is_answered(
    stream: Stream, run: LLMRun, client: Client, cursor: str
) -> None:
    assert run.user
    client.force_login(run.user)

    response = client.get(
        reverse("wagtail_llm_actions:poll_run", args=[run.pk]), {"cursor": cursor}
    )

    assert response.status_code == 200
    assert response.json()["status"] == "running"


def test_a_run_that_ended_gets_no_more_text(run: LLMRun) -> None:
    LLMRun.objects.filter(pk=run.pk).update(status=LLMRun.Status.FAILED, output="The tide ")

    DatabaseStream().append(run.pk, "came early.")

    run.refresh_from_db()
    assert run.output == "The tide "


def test_a_closed_stream_leaves_nothing_in_redis(
    redis_stream: Stream, valkey: Valkey, run: LLMRun
) -> None:
    redis_stream.append(run.pk, "Gone")

    redis_stream.close(run.pk)

    assert redis_stream.read(run.pk, 0) == ("", 0)
    assert valkey.keys(f"*{run.pk}*") == []


def test_redis_forgets_the_text_of_a_lost_worker(
    redis_stream: Stream, valkey: Valkey, run: LLMRun
) -> None:
    redis_stream.append(run.pk, "Soon gone")

    (key,) = valkey.keys(f"*{run.pk}*")
    assert 0 < valkey.seconds_to_live(key) <= TTL_SECONDS


def test_closing_keeps_the_output_in_the_database(run: LLMRun) -> None:
    stream = DatabaseStream()
    stream.append(run.pk, "Kept")

    stream.close(run.pk)

    run.refresh_from_db()
    assert run.output == "Kept"


def test_a_lost_server_is_no_error_and_logged_once(
    settings: Any, run: LLMRun, caplog: pytest.LogCaptureFixture
) -> None:
    settings.RQ_QUEUES = rq_queues(refusing_port())
    stream = get_stream()

    stream.append(run.pk, "One")
    stream.append(run.pk, "Two")
    stream.close(run.pk)

    assert stream.read(run.pk, 3) == ("", 3)
    assert len(caplog.messages) == 1
    assert "One" not in caplog.text
