"""Settings → LLM → Getting started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from wagtail.models import ModelLogEntry

from example_site.blog.models import Author, BlogIndexPage, BlogPage, HomePage
from tests.admin.html import choices, page_at, words
from tests.factories import (
    BlogPageFactory,
    LLMActionFactory,
    NoticeFactory,
    PromptTemplateFactory,
    UserFactory,
)
from tests.kept_queue import KeptQueue
from tests.notices.models import Berth, Notice, Rating
from wagtail_llm_actions.admin.actions.field_choices import ModelFields, model_fields
from wagtail_llm_actions.admin.getting_started.first_action import choose_fields
from wagtail_llm_actions.configuration.starters import usable_starters
from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.models import LLMAction, PromptTemplate

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import Model
    from django.test import Client
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]

STEPS = "wagtail_llm_actions:getting_started"
CREATE = "wagtail_llm_actions:create_first_action"
STARTERS = "wagtail_llm_actions:create_starters"

SCRIPTED = "wagtail_llm_actions.providers.testing.ScriptedProvider"
NO_MODELS: dict[str, Any] = {"PROVIDERS": {}, "QUEUE": "tests.kept_queue.KeptQueue"}


def shown(client: Client) -> dict[str, str]:
    page = page_at(client, reverse(STEPS))
    return {
        str(item["id"]).removeprefix("llm-actions-step-"): words(item)
        for item in page.select(".llm-actions-steps > li")
    }


def create(client: Client, model: type[Model], **extra: Any) -> Any:
    content_type = ContentType.objects.get_for_model(model)
    return client.post(reverse(CREATE), {"model_type": content_type.pk}, **extra)


def somebody(*codenames: str) -> User:
    user: User = UserFactory.create()
    names = ["access_admin", *codenames]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


def menu_has_it(client: Client) -> bool:
    return reverse(STEPS).encode() + b'"' in client.get(reverse("wagtailadmin_home")).content


def test_a_new_site_is_told_what_is_missing_and_what_to_do(
    client: Client, admin: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = NO_MODELS
    monkeypatch.setattr(KeptQueue, "has_worker", lambda _self: False)

    found = shown(client)

    assert list(found) == ["models", "worker", "templates", "actions", "limits", "retention"]
    assert found["models"].startswith("A provider and a model Missing Set OPENAI_API_KEY")
    assert found["worker"] == "A worker Missing Start one: manage.py llm_actions_worker"
    assert found["templates"].endswith("Create starter templates")
    assert "Create a first action" not in found["actions"]


def test_a_server_at_an_address_of_its_own_lacks_its_models_only(
    client: Client, admin: User, settings: Settings
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {
        "PROVIDERS": {"gateway": {"BACKEND": SCRIPTED}},
        "QUEUE": "tests.kept_queue.KeptQueue",
    }

    assert "Missing Only MODELS is missing: gateway is set up" in shown(client)["models"]


def test_what_is_there_is_done(client: Client, admin: User) -> None:
    LLMActionFactory()

    found = shown(client)

    assert found["models"] == (
        "A provider and a model Done 1 model is configured. Providers: test."
    )
    assert found["worker"] == (
        "A worker Done Runs are executed by the queue that the site has chosen."
    )
    assert found["templates"] == "Prompt templates Done There is 1 prompt template."
    assert found["actions"].startswith("An action Done There is 1 action.")
    assert "Everything is set up." in words(page_at(client, reverse(STEPS)))


def test_the_daily_limits_are_shown_with_where_to_change_them(
    client: Client, admin: User, settings: Settings
) -> None:
    found = shown(client)["limits"]
    assert found.startswith(
        "Daily limits Done One user can start 500 runs in 24 hours. "
        "All users together can start 2,000 runs in 24 hours."
    )
    assert "Change USER_PER_DAY and SITE_PER_DAY under LIMITS" in found

    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "LIMITS": {"USER_PER_DAY": 1, "SITE_PER_DAY": None}
    }
    assert shown(client)["limits"].startswith(
        "Daily limits Done One user can start 1 run in 24 hours. "
        "All users together can start any number of runs in a day."
    )


def test_threads_are_named_with_what_production_wants(
    client: Client, admin: User, settings: Settings
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {
        key: value for key, value in settings.WAGTAIL_LLM_ACTIONS.items() if key != "QUEUE"
    }

    found = shown(client)["worker"]

    assert found.startswith("A worker Done Runs are executed in threads of the web process")
    assert "llm_actions_worker" in found


def test_a_queue_server_that_is_down_is_named(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_self: KeptQueue) -> bool:
        raise QueueUnavailable("ConnectionError")

    monkeypatch.setattr(KeptQueue, "has_worker", down)

    assert "cannot be reached" in shown(client)["worker"]


@pytest.mark.usefixtures("menu")
def test_wrong_settings_are_shown_and_break_no_page(
    client: Client, admin: User, settings: Settings
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {"MODELS": {"owl": {"NAME": "owl-1"}}}

    assert "owl" in shown(client)["settings"]
    assert menu_has_it(client)


def test_starter_templates_take_one_click(client: Client, admin: User) -> None:
    response = client.post(reverse(STARTERS), follow=True)

    assert f"{len(usable_starters())} prompt templates were created." in response.content.decode()
    template = PromptTemplate.objects.get(name="Summary")
    assert template.latest_revision is not None
    assert template.latest_revision.user == admin
    entry = ModelLogEntry.objects.for_instance(template).get()
    assert (entry.action, entry.user) == ("wagtail.create", admin)


@pytest.mark.usefixtures("menu")
def test_a_first_action_takes_one_click_and_brings_its_template(
    client: Client, admin: User
) -> None:
    response = create(client, BlogPage, follow=True)

    llm_action = LLMAction.objects.get()
    assert response.redirect_chain == [
        (reverse("wagtail_llm_actions_actions:edit", args=[llm_action.pk]), 302)
    ]
    assert "is not offered to editors yet. Test it below" in response.content.decode()
    assert not llm_action.is_active
    assert shown(client)["actions"].startswith(
        "An action Missing There is 1 action. None is active"
    )
    assert menu_has_it(client)
    assert (llm_action.destination, llm_action.source) == ("summary", "intro")
    assert (llm_action.label, llm_action.model) == ("Suggest a summary", "scripted")
    assert llm_action.prompt_template.name == "Summary"
    assert llm_action.latest_revision is not None
    assert llm_action.latest_revision.user == admin
    entry = ModelLogEntry.objects.for_instance(llm_action).get()
    assert (entry.action, entry.user) == ("wagtail.create", admin)
    assert PromptTemplate.objects.count() == len(usable_starters())


def test_a_second_one_gets_a_label_of_its_own(client: Client, admin: User) -> None:
    for _ in range(2):
        create(client, BlogPage)

    labels = LLMAction.objects.values_list("label", flat=True)
    assert sorted(labels) == ["Suggest a summary", "Suggest a summary 2"]


def test_a_blog_whose_posts_are_stream_fields_starts_with_a_summary_of_the_body(
    client: Client, admin: User
) -> None:
    BlogPageFactory.create_batch(2, intro="", body=[("paragraph", "<p>The tide came early.</p>")])

    create(client, BlogPage)

    llm_action = LLMAction.objects.get()
    assert (llm_action.destination, llm_action.source) == ("summary", "body")


@pytest.mark.parametrize(
    ("model", "fields", "template"),
    [
        (BlogPage, ("summary", "intro"), "Summary"),
        (HomePage, ("search_description", "introduction"), "Meta description"),
        (BlogIndexPage, ("search_description", "introduction"), "Meta description"),
        (Author, ("tagline", "bio"), "Summary"),
        (Notice, ("headline", "text"), "Title"),
    ],
)
def test_fields_and_template_fit_the_type(
    client: Client, admin: User, model: type[Model], fields: tuple[str, str], template: str
) -> None:
    assert choose_fields(model, model_fields(model)) == fields

    create(client, model)

    assert LLMAction.objects.get().prompt_template.name == template


def test_the_source_is_the_longest_text_of_what_the_site_has() -> None:
    fields = ModelFields(
        destinations=[("text", "Text"), ("internal", "Internal"), ("headline", "Headline")],
        sources=[("headline", "Headline"), ("text", "Text"), ("internal", "Internal")],
    )
    assert choose_fields(Notice, fields) == ("headline", "text")

    NoticeFactory(headline="A very long headline " * 4, text="Short.", internal="Much longer.")

    assert choose_fields(Notice, fields) == ("headline", "internal")


def test_a_text_is_its_own_source_only_where_no_other_field_fits() -> None:
    fields = ModelFields(
        destinations=[("text", "Text"), ("reviewer", "Reviewer")],
        sources=[("reviewer", "Reviewer"), ("text", "Text")],
    )

    assert choose_fields(Notice, fields) == ("text", "text")


@pytest.mark.parametrize("model", [Rating, Berth])
def test_a_type_for_which_no_action_makes_sense_says_why(
    client: Client, admin: User, model: type[Model]
) -> None:
    with pytest.raises(LookupError) as caught:
        choose_fields(model, model_fields(model))

    name = model._meta.object_name
    assert f"{name} (snippet) : {caught.value.args[0]}" in shown(client)["actions"]
    labels = [label for _, label in choices(page_at(client, reverse(STEPS)), "model_type")]
    assert not [label for label in labels if str(name) in label]
    assert create(client, model).status_code == 200
    assert not LLMAction.objects.exists()


def test_the_choice_of_a_type_names_the_fields(client: Client, admin: User) -> None:
    labels = [label for _, label in choices(page_at(client, reverse(STEPS)), "model_type")]

    assert "Blog page (page): Summary, from Introduction" in labels


def test_no_model_no_action(client: Client, admin: User, settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = NO_MODELS

    response = create(client, BlogPage)

    assert response.status_code == 200
    assert not LLMAction.objects.exists()
    assert not PromptTemplate.objects.exists()


def test_who_may_add_actions_only_uses_the_templates_that_are_there(client: Client) -> None:
    client.force_login(somebody("add_llmaction", "change_llmaction"))
    assert "Create starter templates" not in shown(client)["templates"]
    assert create(client, BlogPage).status_code == 200
    assert client.post(reverse(STARTERS)).status_code == 302
    assert not PromptTemplate.objects.exists()

    template = PromptTemplateFactory()
    assert create(client, BlogPage).status_code == 302
    assert LLMAction.objects.get().prompt_template == template


def test_who_may_add_templates_only_is_led_home(client: Client) -> None:
    client.force_login(somebody("add_prompttemplate"))

    response = client.post(reverse(STARTERS))

    assert response.headers["Location"] == reverse("wagtailadmin_home")
    assert PromptTemplate.objects.count() == len(usable_starters())
    assert client.get(reverse(STEPS)).status_code == 302


@pytest.mark.usefixtures("menu")
def test_the_menu_leads_here_while_something_is_missing(client: Client, admin: User) -> None:
    assert menu_has_it(client)

    LLMActionFactory()
    assert not menu_has_it(client)
    assert shown(client)


@pytest.mark.usefixtures("menu")
def test_the_menu_does_so_for_those_who_may_add_actions(client: Client) -> None:
    client.force_login(somebody("view_llmaction"))

    assert not menu_has_it(client)


def test_an_empty_list_of_actions_leads_here(client: Client, admin: User) -> None:
    main = page_at(client, reverse("wagtail_llm_actions_actions:list")).select_one("main")

    assert main is not None
    assert main.select_one(f'a[href="{reverse(STEPS)}"]') is not None


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        (
            {},
            "Prompts and texts are redacted after 90 days. Decisions, tokens and costs are kept for ever.",
        ),
        (
            {"REDACT_AFTER_DAYS": None, "DELETE_AFTER_DAYS": 400},
            "Prompts and texts are kept for ever. Runs, with their figures, are deleted after 400 days.",
        ),
    ],
)
def test_it_says_how_long_the_history_is_kept(
    periods: dict[str, Any], expected: str, client: Client, admin: User, settings: Settings
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"RETENTION": periods}

    assert expected in shown(client)["retention"]
