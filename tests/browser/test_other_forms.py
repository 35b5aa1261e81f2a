"""Forms of settings, documents and a ``ModelViewSet``: a text comes, is accepted and is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from playwright.sync_api import expect

from tests.browser.test_rows import ANSWER, scripted_site
from tests.editor.test_kinds_of_forms import KINDS
from tests.factories import AdminFactory, LLMActionFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["scripted_site"]

LABELS = {"tagline": "Tagline", "summary": "Summary", "tags": "Tags", "thanks": "Thanks"}


def test_each_kind_of_form_takes_a_text(visit: Visit, scripted_site: str) -> None:
    admin = visit(AdminFactory(), scripted_site)
    for make in KINDS:
        instance, url, source, destination = make()
        LLMActionFactory(
            model_type=ContentType.objects.get_for_model(type(instance)),
            source=source,
            destination=destination,
        )
        admin.open(url)
        field = admin.field(LABELS[destination])
        field.generate.click()
        field.wait_for_proposal()
        field.press("Accept")
        expect(field.status).to_have_text("Text accepted.")
        admin.save()
        instance.refresh_from_db()
        saved: Any = getattr(instance, destination)
        if make.__name__ == "form_page":
            saved = instance.get_latest_revision_as_object().thanks
        assert ANSWER in (saved.names() if destination == "tags" else saved), make.__name__
