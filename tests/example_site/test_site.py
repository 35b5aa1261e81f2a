from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from wagtail.models import Page

from example_site.blog.models import BlogPage

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries, Settings

pytestmark = pytest.mark.usefixtures("magazine")

QUERIES_OF_THE_JOURNAL = 20


@pytest.fixture(autouse=True)
def example_urls(settings: Settings) -> None:
    settings.ROOT_URLCONF = "example_site.urls"
    settings.WAGTAIL_I18N_ENABLED = True
    settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("de", "German")]


@pytest.fixture
def editor_client(client: Client) -> Client:
    client.force_login(get_user_model().objects.get(username="editor"))
    return client


def test_every_page_answers_with_one_heading_of_the_first_level(client: Client) -> None:
    pages = Page.objects.live().filter(depth__gt=1)

    for page in pages:
        response = client.get(page.url)
        assert response.status_code == 200, page
        html = BeautifulSoup(response.text, "html.parser")
        assert len(html.find_all("h1")) == 1, page
        assert html.find("main", id="content", lang=page.locale.language_code), page
        assert not html.find_all(style=True), page
    assert len(pages) == 18


def test_a_translated_post_leads_to_its_original_and_back(client: Client) -> None:
    german = BlogPage.objects.get(slug="was-die-gezeitentafel-weiss")
    assert german.url == "/de/tagebuch/was-die-gezeitentafel-weiss/"

    html = BeautifulSoup(client.get(german.url).text, "html.parser")
    link = html.select_one(".masthead a[hreflang=en]")
    assert link is not None
    original = BeautifulSoup(client.get(str(link["href"])).text, "html.parser")

    assert [one.text for one in html.select("h1")] == ["Was die Gezeitentafel weiß"]
    assert [one.text for one in original.select("h1")] == ["What the Tide Table Knows"]
    assert original.select_one(f".masthead a[hreflang=de][href='{german.url}']")


def test_a_page_that_does_not_exist_says_so_in_the_magazines_style(client: Client) -> None:
    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "This way leads nowhere" in response.content.decode()


def test_a_tag_leaves_the_posts_that_carry_it(client: Client) -> None:
    html = BeautifulSoup(client.get("/journal/?tag=mending").text, "html.parser")

    assert [title.text for title in html.select(".card__title")] == [
        "The Repair Café on Mill Street"
    ]
    current = html.select_one(".tags [aria-current=page]")
    assert current is not None
    assert current.text == "mending"


def test_an_unknown_tag_shows_everything(client: Client) -> None:
    html = BeautifulSoup(client.get("/journal/?tag=nonsense").text, "html.parser")

    assert len(html.select(".card")) == 12


def test_the_journal_asks_the_database_once_for_all_posts(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/journal/")

    with django_assert_max_num_queries(QUERIES_OF_THE_JOURNAL):
        client.get("/journal/")


def test_a_post_without_a_summary_is_introduced_by_its_introduction(client: Client) -> None:
    html = BeautifulSoup(client.get("/journal/").text, "html.parser")

    teaser = html.select_one(".card__teaser")
    assert teaser is not None
    assert teaser.text.startswith("A tide table is a small book of promises about the sea.")


def test_llm_actions_leads_to_the_actions_in_the_admin(client: Client) -> None:
    response = client.get("/llm/actions")

    assert response.status_code == 302
    assert response["Location"] == "/admin/llm/actions/"


def test_the_queues_dashboard_asks_for_a_login(client: Client) -> None:
    response = client.get("/django-rq/")

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_the_queues_dashboard_refuses_an_editor(editor_client: Client) -> None:
    assert editor_client.get("/django-rq/").status_code == 403
