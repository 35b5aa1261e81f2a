"""A number that no database holds, in any address or parameter, is an error that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from django.urls import NoReverseMatch, reverse

from wagtail_llm_actions.admin.urls import urlpatterns

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db

NUMBERS = ["9" * 5_000, "9" * 25, "-" + "9" * 25, "²"]
PARAMETERS = (
    *(
        "model_type",
        "page",
        "source",
        "model",
        "user",
        "action",
        "p",
        "period",
        "from",
        "to",
        "cursor",
    ),
    *("form_url", "prompt_template", "test_page", "queued_at_from", "target", "cost", "status"),
    *(
        "llm-actions-action",
        "llm-actions-form-url",
        "llm-actions-request-id",
        "llm-actions-form-key",
    ),
    *(
        "llm-actions-saved-action",
        "llm-actions-candidates",
        "llm-actions-page",
        "llm-actions-decision",
    ),
)
RUN = "11111111-1111-4111-8111-111111111111"


def addresses(number: str) -> list[str]:
    """Return the addresses of the package, with the number wherever one takes a key."""
    found = []
    for pattern in urlpatterns:
        name = f"wagtail_llm_actions:{pattern.name}"
        for arguments in ([], [RUN], ["models"]):
            try:
                found.append(reverse(name, args=arguments))
                break
            except NoReverseMatch:
                continue
    for kind in ("actions", "prompt_templates"):
        for view in ("edit", "delete", "copy", "history", "usage", "inspect"):
            try:
                found.append(reverse(f"wagtail_llm_actions_{kind}:{view}", args=[number]))
            except NoReverseMatch:
                continue
    return found


@pytest.mark.parametrize(
    "number", NUMBERS, ids=["5,000 digits", "25 digits", "negative", "superscript"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_is_no_crash(client: Client, admin: User, number: str, method: str) -> None:
    values = dict.fromkeys(PARAMETERS, number)
    for address in addresses(number):
        query = f"?{urlencode(values)}"
        ask = getattr(client, method)
        response = ask(address + query) if method == "get" else ask(address, values)

        assert response.status_code < 500, (address[:80], response.content[-300:])
