"""Actions and templates leave one site and arrive on another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_save
from wagtail.models import ModelLogEntry, Page

from example_site.blog.models import BlogPage
from tests.factories import (
    AdminFactory,
    BlogIndexPageFactory,
    LLMActionFactory,
    PromptTemplateFactory,
)
from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.transfer import (
    MAX_BYTES,
    ImportPlan,
    ImportRefused,
    apply_import,
    export_setup,
    plan_import,
    read_setup,
    write_setup,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail.models import RevisionMixin

pytestmark = pytest.mark.django_db

VALUES = {
    "label": "Sum up",
    "description": "In one sentence.",
    "fallback_model": "",
    "temperature": 0.2,
    "max_tokens": 200,
    "write_mode": "append",
    "candidate_count": 3,
    "only_when_empty": True,
    "is_active": False,
    "sort_order": 4,
}


def move(setup: dict[str, Any]) -> ImportPlan:
    """Take an export through a file."""
    return plan_import(read_setup(write_setup(setup)))


def full_action() -> LLMAction:
    """Return an action that has something in every field."""
    section = BlogIndexPageFactory(title="Harbour")
    template = PromptTemplateFactory(
        name="Short",
        description="One sentence",
        text="Shorten “{{ input }}”.\nPlease.",
        system_instructions="You are terse.",
    )
    llm_action: LLMAction = LLMActionFactory(
        **VALUES, prompt_template=template, offered_below=str(section.pk)
    )
    llm_action.groups.set([Group.objects.create(name="Writers"), Group.objects.get(name="Editors")])
    llm_action.save()
    return llm_action


@pytest.fixture
def _fresh_types() -> Iterator[None]:
    """Forget the content types that end with the test."""
    yield
    ContentType.objects.clear_cache()


def start_over() -> None:
    """Forget what is here, and give what comes next other ids."""
    LLMAction.objects.all().delete()
    PromptTemplate.objects.all().delete()
    Group.objects.filter(name="Writers").delete()
    for page in Page.objects.filter(slug="harbour"):
        page.delete()
    ContentType.objects.get_for_model(BlogPage).delete()
    ContentType.objects.clear_cache()
    for _ in range(3):
        BlogIndexPageFactory()
        LLMActionFactory()
        Group.objects.create(name=f"Group {Group.objects.count()}")


def entry(setup: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Change the first action of an export."""
    setup["actions"][0] |= values
    return setup


def test_an_export_names_everything_and_holds_no_id() -> None:
    full_action()

    assert export_setup() == {
        "format": "wagtail-llm-actions",
        "version": 1,
        "prompt_templates": [
            {
                "name": "Short",
                "description": "One sentence",
                "system_instructions": "You are terse.",
                "text": "Shorten “{{ input }}”.\nPlease.",
            }
        ],
        "actions": [
            {
                **VALUES,
                "model_type": "blog.blogpage",
                "destination": "summary",
                "source": "intro",
                "prompt_template": "Short",
                "model": "scripted",
                "groups": ["Editors", "Writers"],
                "offered_below": "/harbour/",
            }
        ],
    }


def test_every_editable_field_of_both_models_is_exported() -> None:
    full_action()
    setup = export_setup()

    for model, (found,) in (
        (LLMAction, setup["actions"]),
        (PromptTemplate, setup["prompt_templates"]),
    ):
        fields = {field.name for field in model._meta.get_fields() if field.concrete}
        assert fields - found.keys() == {"id", "latest_revision"}


def test_some_actions_are_exported_with_the_templates_that_they_use() -> None:
    mine, _other = LLMActionFactory(), LLMActionFactory()

    setup = export_setup([mine])

    assert [action["label"] for action in setup["actions"]] == [mine.label]
    assert [template["name"] for template in setup["prompt_templates"]] == [
        mine.prompt_template.name
    ]


@pytest.mark.usefixtures("_fresh_types")
def test_what_is_moved_is_the_same_on_a_site_with_other_ids() -> None:
    before = full_action()
    old_ids = (before.pk, before.model_type_id, before.prompt_template_id, before.offered_below)
    setup = export_setup()
    start_over()
    section = BlogIndexPageFactory(title="Harbour")
    Group.objects.create(name="Writers")

    plan = move(setup)
    apply_import(plan)

    after = LLMAction.objects.get(label="Sum up")
    assert [len(plan.created), len(plan.changed), plan.problems] == [2, 0, ()]
    assert export_setup([after]) == setup
    assert after.model_type == ContentType.objects.get_for_model(BlogPage)
    assert after.offered_below == str(section.pk)
    new_ids = (after.pk, after.model_type_id, after.prompt_template_id, after.offered_below)
    assert not [pair for pair in zip(old_ids, new_ids, strict=True) if pair[0] == pair[1]]


def test_what_is_already_so_is_left_alone() -> None:
    llm_action = full_action()
    llm_action.destination = "gone"
    llm_action.offered_below = "9999"
    llm_action.save()

    plan = move(export_setup())

    assert len(plan.unchanged) == 2
    assert (plan.created, plan.changed, plan.problems, plan.is_ready) == ((), (), (), False)


def test_changes_are_shown_field_by_field_before_anything_is_written() -> None:
    llm_action = full_action()
    setup = entry(export_setup(), temperature=0.9, groups=["Editors"], only_when_empty=False)
    setup["actions"][0] |= {"write_mode": "replace", "offered_below": ""}
    setup["prompt_templates"].append({"name": "Long", "text": "Say more: {{ input }}"})

    plan = move(setup)

    (new,), (changed,) = plan.created, plan.changed
    assert changed.name == "LLM action “Sum up” (blog.blogpage, summary)"
    assert [(c.label, c.old_text, c.new_text) for c in changed.changes] == [
        ("Temperature", "0.2", "0.9"),
        ("Write mode", "Add at the end of the field", "Replace the text of the field"),
        ("Only when empty", "Yes", "No"),
        ("Offered below", "/harbour/", ""),
        ("Groups", "Editors, Writers", "Editors"),
    ]
    assert new.name == "Prompt template “Long”"
    assert [(c.label, c.new_text) for c in new.changes] == [("Text", "Say more: {{ input }}")]
    llm_action.refresh_from_db()
    assert llm_action.temperature == 0.2
    assert llm_action.groups.count() == 2
    assert PromptTemplate.objects.count() == 1


def test_what_changes_is_written_with_a_revision_and_logged() -> None:
    llm_action, user = full_action(), AdminFactory()
    setup = entry(export_setup(), temperature=0.9, groups=["Editors"], prompt_template="Long")
    setup["prompt_templates"].append({"name": "Long", "text": "Say more: {{ input }}"})

    apply_import(move(setup), user)

    llm_action = LLMAction.objects.get()
    template = PromptTemplate.objects.get(name="Long")
    assert llm_action.temperature == 0.9
    assert [group.name for group in llm_action.groups.all()] == ["Editors"]
    assert llm_action.prompt_template == template
    objects: list[tuple[RevisionMixin, str]] = [
        (template, "wagtail.create"),
        (llm_action, "wagtail.edit"),
    ]
    for instance, action in objects:
        revision = instance.latest_revision
        assert revision.user == user
        log = ModelLogEntry.objects.for_instance(instance).get()
        assert (log.action, log.user, log.revision) == (action, user, revision)
    assert llm_action.latest_revision.as_object().temperature == 0.9
    assert ModelLogEntry.objects.count() == 2


def test_nothing_is_deleted_and_what_a_file_leaves_out_stays() -> None:
    llm_action, other = full_action(), LLMActionFactory()
    setup = export_setup([llm_action])
    del setup["actions"][0]["groups"]
    setup["actions"][0]["max_tokens"] = 300

    apply_import(move(setup))

    llm_action = LLMAction.objects.get(pk=llm_action.pk)
    assert (llm_action.max_tokens, llm_action.groups.count()) == (300, 2)
    assert LLMAction.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"model_type": "blog.gone"}, "There is no page or snippet type “blog.gone” here."),
        ({"model_type": "auth.user"}, "There is no page or snippet type “auth.user” here."),
        ({"destination": "gone"}, "“Blog page” has no field “gone” that an action can fill."),
        ({"destination": "intro"}, "“Blog page” has no field “intro” that an action can fill."),
        ({"source": "id"}, "“Blog page” has no field “id” that an action can read."),
        ({"source": ""}, "“Blog page” has no field “” that an action can read."),
        ({"groups": ["Nobody"]}, "There is no group “Nobody” here."),
        ({"offered_below": "/gone/"}, "There is no page at “/gone/” here."),
        (
            {"prompt_template": "Gone"},
            "There is no prompt template “Gone”, neither here nor in the file.",
        ),
        ({"temperature": 3}, "Temperature: Ensure this value is less than or equal to 2.0."),
        ({"temperature": 10**400}, "“temperature” has a value of the wrong kind."),
        ({"temperature": True}, "“temperature” has a value of the wrong kind."),
        ({"max_tokens": "1"}, "“max_tokens” has a value of the wrong kind."),
        ({"is_active": 1}, "“is_active” has a value of the wrong kind."),
        ({"groups": "Editors"}, "“groups” has a value of the wrong kind."),
        ({"groups": ["Editors", "Editors"]}, "“groups” has a value of the wrong kind."),
        ({"groups": [{}]}, "“groups” has a value of the wrong kind."),
        ({"description": {"a": 1}}, "“description” has a value of the wrong kind."),
        ({"description": "a\x00b"}, "“description” has a value of the wrong kind."),
        ({"write_mode": "burn"}, "Write mode: Value 'burn' is not a valid choice."),
        ({"sort_order": 2**70}, "Order: Ensure this value is less than or equal to"),
        ({"model": ""}, "LLM model: This field cannot be blank."),
        ({"label": ""}, "“label” is missing."),
        ({"destination": None}, "“destination” is missing."),
        ({"pk": 1}, "There is no setting “pk” here."),
        ({"latest_revision": 1}, "There is no setting “latest_revision” here."),
    ],
)
def test_what_does_not_fit_here_is_said_and_nothing_is_written(
    values: dict[str, Any], sentence: str
) -> None:
    llm_action = full_action()
    setup = entry(export_setup(), **{"description": "Other"} | values)

    plan = move(setup)

    assert [problem for problem in plan.problems if sentence in problem]
    assert plan.problems[0].startswith("LLM action ")
    assert not plan.is_ready
    with pytest.raises(ImportRefused, match="has problems"):
        apply_import(plan)
    llm_action.refresh_from_db()
    assert llm_action.description == VALUES["description"]


def test_a_template_that_cannot_be_rendered_is_a_problem_with_its_line() -> None:
    full_action()
    setup = export_setup()
    setup["prompt_templates"][0]["text"] = "Hello\n{{ input.__class__ }}"

    (problem,) = move(setup).problems

    assert problem.startswith("Prompt template “Short”: Text: ")
    assert "2" in problem


def test_an_entry_that_stands_twice_is_a_problem() -> None:
    full_action()
    setup = export_setup()
    setup["prompt_templates"] *= 2

    assert move(setup).problems == ("Prompt template “Short”: It stands in the file twice.",)


def test_a_model_that_is_not_configured_here_is_a_warning() -> None:
    full_action()
    setup = entry(export_setup(), model="far", fallback_model="further")

    plan = move(setup)

    name = "LLM action “Sum up” (blog.blogpage, summary)"
    assert plan.warnings == (
        f"{name}: The model “far” is not in the settings here.",
        f"{name}: The model “further” is not in the settings here.",
    )
    assert plan.is_ready


def test_an_action_below_a_page_that_is_gone_does_not_become_offered_everywhere() -> None:
    full_action()
    setup = entry(export_setup(), offered_below="#9999", max_tokens=10)

    (problem,) = move(setup).problems

    assert problem.endswith("There is no page at “#9999” here.")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "The file is not an export of LLM actions."),
        ({"format": "other"}, "The file is not an export of LLM actions."),
        ({"version": 2}, "The file has another format version than 1."),
        ({"version": True}, "The file has another format version than 1."),
        ({"version": "1"}, "The file has another format version than 1."),
        ({"actions": {}}, "“actions” in the file is not a list of objects."),
        ({"actions": [1]}, "“actions” in the file is not a list of objects."),
        ({"prompt_templates": None}, "“prompt_templates” in the file is not a list of objects."),
        ({"users": []}, "The file has an unknown part “users”."),
    ],
)
def test_another_file_is_refused(data: Any, sentence: str) -> None:
    if isinstance(data, dict):
        data = export_setup() | data

    assert plan_import(data).problems == (sentence,)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not json", "The file is not JSON in UTF-8."),
        (b"\xff\xfe", "The file is not JSON in UTF-8."),
        (b'{"a": NaN}', "The file is not JSON in UTF-8."),
        (b'{"a": "\\ud800"}', "The file is not JSON in UTF-8."),
        (b"[" * 500_000, "The file is not JSON in UTF-8."),
        (b" " * (MAX_BYTES + 1), "The file is larger than 1 MB."),
        ("ä" * (MAX_BYTES // 2 + 1), "The file is larger than 1 MB."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes | str, sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        read_setup(content)


def test_a_file_with_a_byte_order_mark_is_read() -> None:
    assert read_setup(b"\xef\xbb\xbf" + json.dumps({"a": 1}).encode()) == {"a": 1}


def test_a_plan_that_is_out_of_date_is_refused() -> None:
    llm_action = full_action()
    plan = move(entry(export_setup(), temperature=0.9))
    LLMAction.objects.update(temperature=1.5)

    with pytest.raises(ImportRefused, match="changed in the meantime"):
        apply_import(plan)

    llm_action.refresh_from_db()
    assert llm_action.temperature == 1.5


def test_an_import_that_fails_half_way_leaves_nothing() -> None:
    full_action()
    setup = entry(export_setup(), label="New")
    setup["prompt_templates"][0]["text"] = "Say more: {{ input }}"
    plan = move(setup)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    post_save.connect(fail, sender=LLMAction)
    try:
        with pytest.raises(RuntimeError):
            apply_import(plan)
    finally:
        post_save.disconnect(fail, sender=LLMAction)

    assert PromptTemplate.objects.get().text != "Say more: {{ input }}"
    assert LLMAction.objects.count() == 1
    assert not ModelLogEntry.objects.exists()
