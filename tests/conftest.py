"""The environment of every test; objects are built by factories, not here."""

from __future__ import annotations

import pytest

TRANSACTIONAL = {"live_server", "transactional_db"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each transactional test the rows that the migrations made.

    Wagtail's root page, locale and site are such rows. The flush after a transactional test
    deletes them, and all later ones would have to do without.
    """
    keep = pytest.mark.django_db(transaction=True, serialized_rollback=True)
    for item in items:
        marker = item.get_closest_marker("django_db")
        fixtures = TRANSACTIONAL.intersection(getattr(item, "fixturenames", ()))
        if fixtures or (marker and marker.kwargs.get("transaction")):
            item.add_marker(keep, append=False)
