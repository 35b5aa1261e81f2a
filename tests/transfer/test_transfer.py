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
from wagtail_llm_actions.transfer.fixture import (
    MAX_BYTES,
    TransferError,
    export_fixture,
    read_fixture,
)
from wagtail_llm_actions.transfer.plan import ImportPlan, apply_import, plan_import

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail.models import RevisionMixin

pytestmark = pytest.mark.django_db

VALUES = {
    "label": "Sum up",
    "description": "In one sentence.",
    "fallback_model": "",
    "cheaper_model": "",
    "temperature": 0.2,
    "max_tokens": 200,
    "write_mode": "append",
    "candidate_count": 3,
    "only_when_empty": True,
    "check_facts": False,
    "answer_language": "de",
    "required_words": "harbour",
    "forbidden_words": "cheap, best*",
    "min_length": 40,
    "retention_mode": "figures",
    "redact_after_days": 30,
    "delete_after_days": 400,
    "is_active": False,
    "sort_order": 4,
}


ACTION, TEMPLATE = "wagtail_llm_actions.llmaction", "wagtail_llm_actions.prompttemplate"
NAME = "LLM action “Sum up” (blog.blogpage, summary)"


def exported() -> list[dict[str, Any]]:
    """Return what an export holds now."""
    return list(json.loads(export_fixture()))


def fields_of(entries: list[dict[str, Any]], model: str) -> dict[str, Any]:
    """Return the fields of the only entry of a model."""
    (fields,) = (entry["fields"] for entry in entries if entry["model"] == model)
    return dict(fields)


def plan(*entries: dict[str, Any]) -> ImportPlan:
    """Plan the import of a file with these entries."""
    return plan_import(read_fixture(json.dumps(entries)))


def changed(label: str, /, **values: Any) -> list[dict[str, Any]]:
    """Return an export in which the entries of a model have other values."""
    return [
        entry | {"fields": entry["fields"] | values} if entry["model"] == label else entry
        for entry in exported()
    ]


def template(**fields: Any) -> dict[str, Any]:
    """Return the entry of a prompt template."""
    return {"model": TEMPLATE, "fields": fields}


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


def test_an_export_is_a_django_fixture_that_names_everything_and_holds_no_id() -> None:
    full_action()

    assert exported() == [
        {
            "model": TEMPLATE,
            "fields": {
                "name": "Short",
                "description": "One sentence",
                "system_instructions": "You are terse.",
                "text": "Shorten “{{ input }}”.\nPlease.",
            },
        },
        {
            "model": ACTION,
            "fields": {
                **VALUES,
                "model_type": ["blog", "blogpage"],
                "destination": "summary",
                "source": "intro",
                "prompt_template": ["Short"],
                "model": "scripted",
                "groups": [["Editors"], ["Writers"]],
                "offered_below": "/harbour/",
            },
        },
    ]


def test_every_editable_field_of_both_models_is_exported() -> None:
    full_action()

    for model in (LLMAction, PromptTemplate):
        fields = {field.name for field in model._meta.get_fields() if field.concrete}
        found = fields_of(exported(), model._meta.label_lower)
        assert fields - found.keys() == {"id", "latest_revision"}


def test_the_queries_of_an_export_do_not_grow_with_the_pages_and_templates(
    django_assert_num_queries: Any,
) -> None:
    for _ in range(3):
        LLMActionFactory(offered_below=str(BlogIndexPageFactory().pk))

    # Templates, actions, pages, and the groups of each action.
    with django_assert_num_queries(3 + 3):
        export_fixture()


@pytest.mark.usefixtures("_fresh_types")
def test_what_is_moved_is_the_same_on_a_site_with_other_ids() -> None:
    before = full_action()
    old_ids = (before.pk, before.model_type_id, before.prompt_template_id, before.offered_below)
    entries = exported()
    start_over()
    section = BlogIndexPageFactory(title="Harbour")
    Group.objects.create(name="Writers")

    found = plan(*entries)
    apply_import(found)

    after = LLMAction.objects.get(label="Sum up")
    assert (found.counts, found.problems) == ({"created": 2, "changed": 0}, [])
    assert [entry for entry in exported() if entry in entries] == entries
    assert after.model_type == ContentType.objects.get_for_model(BlogPage)
    assert after.offered_below == str(section.pk)
    new_ids = (after.pk, after.model_type_id, after.prompt_template_id, after.offered_below)
    assert not [pair for pair in zip(old_ids, new_ids, strict=True) if pair[0] == pair[1]]


@pytest.mark.usefixtures("_fresh_types")
def test_an_action_without_its_optional_settings_is_moved_too() -> None:
    LLMActionFactory(label="Sum up")
    entries = exported()
    start_over()

    found = plan(*entries)
    apply_import(found)

    assert found.problems == []
    assert [entry for entry in exported() if entry in entries] == entries


def test_what_is_already_so_is_left_alone() -> None:
    llm_action = full_action()
    llm_action.destination = "gone"
    llm_action.offered_below = ""
    llm_action.save()

    found = plan(*exported())

    assert found.unchanged == 2
    assert (found.writes, found.problems, found.is_ready) == ([], [], False)


def test_changes_are_shown_field_by_field_before_anything_is_written() -> None:
    llm_action = full_action()
    values = {"temperature": 0.9, "groups": [["Editors"]], "only_when_empty": False}
    entries = changed(ACTION, **values, write_mode="replace", offered_below="")

    found = plan(*entries, template(name="Long", text="Say more: {{ input }}"))

    new, write = found.writes
    assert (new.is_new, write.is_new) == (True, False)
    assert write.name == NAME
    assert [(change.label, change.old, change.new) for change in write.changes] == [
        ("Temperature", "0.2", "0.9"),
        ("Write mode", "Add at the end of the field", "Replace the text of the field"),
        ("Only when empty", "Yes", "No"),
        ("Offered below", "/harbour/", ""),
        ("Groups", "Editors, Writers", "Editors"),
    ]
    assert new.name == "Prompt template “Long”"
    assert [(change.label, change.new) for change in new.changes] == [
        ("Name", "Long"),
        ("Text", "Say more: {{ input }}"),
    ]
    llm_action.refresh_from_db()
    assert llm_action.temperature == 0.2
    assert llm_action.groups.count() == 2
    assert PromptTemplate.objects.count() == 1


def test_what_changes_is_written_with_a_revision_and_logged() -> None:
    llm_action, user = full_action(), AdminFactory()
    values = {"temperature": 0.9, "groups": [["Editors"]], "prompt_template": ["Long"]}
    entries = changed(ACTION, **values)

    apply_import(plan(*entries, template(name="Long", text="Say more: {{ input }}")), user)

    llm_action = LLMAction.objects.get()
    long = PromptTemplate.objects.get(name="Long")
    assert llm_action.temperature == 0.9
    assert [group.name for group in llm_action.groups.all()] == ["Editors"]
    assert llm_action.prompt_template == long
    objects: list[tuple[RevisionMixin, str]] = [
        (long, "wagtail.create"),
        (llm_action, "wagtail.edit"),
    ]
    for instance, action in objects:
        revision = instance.latest_revision
        assert revision.user == user
        log = ModelLogEntry.objects.for_instance(instance).get()
        assert (log.action, log.user, log.revision) == (action, user, revision)
    assert llm_action.latest_revision is not None
    assert llm_action.latest_revision.as_object().temperature == 0.9
    assert ModelLogEntry.objects.count() == 2


def test_nothing_is_deleted_and_what_a_file_leaves_out_stays() -> None:
    llm_action, other = full_action(), LLMActionFactory()
    key = {"model_type": ["blog", "blogpage"], "destination": "summary", "label": "Sum up"}

    apply_import(plan({"model": ACTION, "fields": {**key, "max_tokens": 300}}))

    llm_action = LLMAction.objects.get(pk=llm_action.pk)
    assert (llm_action.max_tokens, llm_action.temperature) == (300, 0.2)
    assert llm_action.groups.count() == 2
    assert LLMAction.objects.filter(pk=other.pk).exists()


def test_the_order_of_a_file_does_not_matter() -> None:
    full_action()
    entries = exported()
    LLMAction.objects.all().delete()
    PromptTemplate.objects.all().delete()

    apply_import(plan(*reversed(entries)))

    assert exported() == entries


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"model_type": ["blog", "gone"]},
            "There is no page or snippet type “blog.gone” here.",
        ),
        (
            {"model_type": ["auth", "user"]},
            "There is no page or snippet type “auth.user” here.",
        ),
        ({"model_type": 1}, "“model_type” has a value of the wrong kind."),
        ({"model_type": ["blog"]}, "“model_type” has a value of the wrong kind."),
        ({"destination": "gone"}, "“Blog page” has no field “gone” to write to."),
        ({"destination": "tagged_items"}, "“Blog page” has no field “tagged_items” to write to."),
        ({"source": "id"}, "“Blog page” has no field “id” to read."),
        ({"source": ""}, "“Blog page” has no field “” to read."),
        ({"source": "body:*"}, "“Blog page” has no field “body:*” to read."),
        ({"destination": "body:*"}, "An action that rewrites the texts of blocks has to read them"),
        ({"groups": [["Nobody"]]}, "There is no group “Nobody” here."),
        ({"offered_below": "/gone/"}, "There is no page at “/gone/” here."),
        ({"offered_below": "#9999"}, "There is no page at “#9999” here."),
        ({"prompt_template": ["Gone"]}, "There is no prompt template “Gone” here."),
        ({"prompt_template": 1}, "“prompt_template” has a value of the wrong kind."),
        ({"temperature": 3}, "Temperature: Ensure this value is less than or equal to 2.0."),
        ({"temperature": 10**400}, "“temperature” has a value of the wrong kind."),
        ({"temperature": True}, "“temperature” has a value of the wrong kind."),
        ({"temperature": None}, "“temperature” has a value of the wrong kind."),
        ({"max_tokens": "1"}, "“max_tokens” has a value of the wrong kind."),
        ({"max_tokens": 1.5}, "“max_tokens” has a value of the wrong kind."),
        ({"is_active": 1}, "“is_active” has a value of the wrong kind."),
        ({"groups": "Editors"}, "“groups” has a value of the wrong kind."),
        ({"groups": [3]}, "“groups” has a value of the wrong kind."),
        ({"groups": [["Editors"], ["Editors"]]}, "“groups” has a value of the wrong kind."),
        ({"groups": [{}]}, "“groups” has a value of the wrong kind."),
        ({"description": {"a": 1}}, "“description” has a value of the wrong kind."),
        ({"description": None}, "“description” has a value of the wrong kind."),
        ({"write_mode": "burn"}, "Write mode: Value 'burn' is not a valid choice."),
        ({"sort_order": 2**70}, "Order: Ensure this value is less than or equal to"),
        ({"model": ""}, "LLM model: This field cannot be blank."),
        ({"label": ""}, "Label: This field cannot be blank."),
        ({"destination": None}, "“destination” has a value of the wrong kind."),
        ({"pk": 1}, "There is no setting “pk” here."),
        ({"latest_revision": 1}, "There is no setting “latest_revision” here."),
    ],
)
def test_what_does_not_fit_here_is_said_and_nothing_is_written(
    values: dict[str, Any], sentence: str
) -> None:
    llm_action = full_action()

    found = plan(*changed(ACTION, **{"description": "Other"} | values))

    assert [problem for problem in found.problems if sentence in problem]
    assert found.problems[0].startswith("LLM action ")
    assert not found.is_ready
    with pytest.raises(TransferError, match="has problems"):
        apply_import(found)
    llm_action.refresh_from_db()
    assert llm_action.description == VALUES["description"]


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("model_type", "Page or snippet type: This field cannot be null."),
        ("prompt_template", "Prompt template: This field cannot be null."),
        ("model", "LLM model: This field cannot be blank."),
        ("label", "Label: This field cannot be blank."),
        ("source", "“Blog page” has no field “” to read."),
        ("destination", "“Blog page” has no field “” to write to."),
    ],
)
def test_a_new_action_needs_what_its_form_needs(missing: str, sentence: str) -> None:
    full_action()
    entries = exported()
    LLMAction.objects.all().delete()
    fields = fields_of(entries, ACTION)
    del fields[missing]

    found = plan({"model": ACTION, "fields": fields})

    assert found.problems[0].startswith("LLM action ")
    assert found.problems[0].endswith(f": {sentence}")
    assert not found.is_ready


def test_a_template_that_cannot_be_rendered_is_a_problem_with_its_line() -> None:
    full_action()

    (problem,) = plan(*changed(TEMPLATE, text="Hello\n{{ input.__class__ }}")).problems

    assert problem.startswith("Prompt template “Short”: Text: Line 2: ")


def test_an_entry_that_is_in_the_file_twice_is_a_problem() -> None:
    full_action()
    short = template(name="Short")

    assert plan(short, short).problems == ["Prompt template “Short”: It is in the file twice."]


def test_a_model_that_is_not_configured_here_is_a_warning() -> None:
    full_action()

    found = plan(*changed(ACTION, model="far", fallback_model="further"))

    assert found.warnings == [
        f"{NAME}: The model “far” is not configured.",
        f"{NAME}: The model “further” is not configured.",
    ]
    assert found.is_ready


def test_an_action_below_a_page_that_is_gone_does_not_become_offered_everywhere() -> None:
    llm_action = full_action()
    llm_action.offered_below = "9999"
    llm_action.save()

    (problem,) = plan(*changed(ACTION, max_tokens=10)).problems

    assert problem == f"{NAME}: There is no page at “#9999” here."


@pytest.mark.parametrize(
    "data",
    [
        {},
        [1],
        [{"model": TEMPLATE}],
        [{"model": TEMPLATE, "fields": []}],
        [{"model": TEMPLATE, "fields": {}, "pk": 1}],
        [{"model": "auth.user", "fields": {"username": "eve", "is_superuser": True}}],
        [{"model": "wagtail_llm_actions.llmrun", "fields": {}}],
        [{"model": [], "fields": {}}],
        [{"model": None, "fields": {}}],
    ],
)
def test_only_a_file_of_actions_and_templates_is_read(data: Any) -> None:
    with pytest.raises(TransferError, match="The file is not an export of LLM actions"):
        read_fixture(json.dumps(data))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not json", "The file is not JSON in UTF-8."),
        (b"\xff\xfe", "The file is not JSON in UTF-8."),
        (b'{"a": NaN}', "The file is not JSON in UTF-8."),
        (b'{"a": "\\ud800"}', "The file is not JSON in UTF-8."),
        (b'["a\\u0000b"]', "The file has a character that no database stores."),
        (b"[" * 500_000, "The file is not JSON in UTF-8."),
        (b" " * (MAX_BYTES + 1), "The file is larger than 1 MB."),
        ("ä" * (MAX_BYTES // 2 + 1), "The file is larger than 1 MB."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes | str, sentence: str) -> None:
    with pytest.raises(TransferError, match=sentence):
        read_fixture(content)


def test_a_file_with_a_byte_order_mark_or_a_written_escape_is_read() -> None:
    entry = template(name="a\\u0000b")

    assert read_fixture(b"\xef\xbb\xbf" + json.dumps([entry]).encode()) == [entry]


def test_a_plan_that_is_out_of_date_is_not_applied() -> None:
    llm_action = full_action()
    found = plan(*changed(ACTION, temperature=0.9))
    LLMAction.objects.update(temperature=1.5)

    with pytest.raises(TransferError, match="has changed since"):
        apply_import(found)

    llm_action.refresh_from_db()
    assert llm_action.temperature == 1.5


def test_an_import_that_fails_half_way_leaves_nothing() -> None:
    full_action()
    found = plan(
        *changed(TEMPLATE, text="Say more: {{ input }}"), template(name="Long", text="{{ input }}")
    )

    def fail(instance: PromptTemplate, **kwargs: Any) -> None:
        if instance.name == "Short":
            raise RuntimeError

    post_save.connect(fail, sender=PromptTemplate)
    try:
        with pytest.raises(RuntimeError):
            apply_import(found)
    finally:
        post_save.disconnect(fail, sender=PromptTemplate)

    assert [found.text for found in PromptTemplate.objects.all()] == [
        "Shorten “{{ input }}”.\nPlease."
    ]
    assert not ModelLogEntry.objects.exists()
