"""What tests of races share: one built run that is clicked again and again, by threads of their own."""

from __future__ import annotations

import copy
import uuid
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING

from django.db import connection, connections

from tests.factories import BlogPageFactory, LLMActionFactory
from tests.spending.buying import with_prices
from wagtail_llm_actions.conf import Limits
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.request.build_run import build_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from django.contrib.auth.models import User
    from pytest_django import Settings


def prepare(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give models prices, take away all limits, and let no thread give up on a busy machine."""
    with_prices(settings)
    none = dict.fromkeys(field.name.upper() for field in fields(Limits))
    settings.WAGTAIL_LLM_ACTIONS = {**settings.WAGTAIL_LLM_ACTIONS, "LIMITS": none}
    if connection.vendor == "sqlite":
        # It may pass a thread over for more than Django's 5 s.
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 60)


def built_run(user: User) -> LLMRun:
    run, error = build_run(
        LLMActionFactory(max_tokens=100),
        BlogPageFactory(),
        trigger=LLMRun.Trigger.EDITOR,
        user=user,
    )
    assert error is None
    return run


@contextmanager
def closed_connections() -> Iterator[None]:
    try:
        yield
    finally:
        connections.close_all()


def new_run(of: LLMRun) -> LLMRun:
    new = copy.copy(of)
    new.pk, new.client_request_id = uuid.uuid4(), uuid.uuid4()
    return new
