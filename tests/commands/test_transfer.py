"""Moving actions on the command line."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import LLMActionFactory, PromptTemplateFactory
from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.transfer.fixture import MAX_BYTES, export_fixture

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    output, errors = StringIO(), StringIO()
    call_command(*arguments, stdout=output, stderr=errors)
    return output.getvalue(), errors.getvalue()


@pytest.fixture
def llm_action() -> LLMAction:
    template = PromptTemplateFactory(name="Short", text="Shorten.\n{{ input }}")
    made: LLMAction = LLMActionFactory(label="Sum up", prompt_template=template)
    return made


@pytest.fixture
def file(tmp_path: Path, llm_action: LLMAction) -> Path:
    path = tmp_path / "actions.json"
    run("llm_actions_export", "--output", str(path))
    return path


def change(file: Path, **values: Any) -> None:
    entries = json.loads(file.read_text())
    entries[1]["fields"] |= values
    file.write_text(json.dumps(entries))


def test_an_export_is_printed_or_written(tmp_path: Path, llm_action: LLMAction) -> None:
    printed, _ = run("llm_actions_export")
    path = tmp_path / "actions.json"
    said, _ = run("llm_actions_export", "--output", str(path))

    assert printed == export_fixture()
    assert path.read_text() == printed
    assert said == f"1 actions and 1 prompt templates written to {path}.\n"


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path, llm_action: LLMAction) -> None:
    with pytest.raises(CommandError, match=r"cannot be written: No such file or directory\.$"):
        run("llm_actions_export", "--output", str(tmp_path / "no" / "where.json"))


def test_what_was_exported_is_created_on_an_empty_site(file: Path) -> None:
    LLMAction.objects.all().delete()
    PromptTemplate.objects.all().delete()

    output, _ = run("llm_actions_import", str(file))

    lines = output.splitlines()
    assert lines[:5] == [
        "Create: Prompt template “Short”",
        "  Name: Short",
        "  Text:",
        "    + Shorten.",
        "    + {{ input }}",
    ]
    assert "Create: LLM action “Sum up” (blog.blogpage, summary)" in lines
    assert "  Temperature: 0.7" in lines
    assert lines[-2:] == ["Unchanged: 0", "2 created, 0 changed."]
    assert export_fixture() == file.read_text()


def test_a_dry_run_only_shows(file: Path, llm_action: LLMAction) -> None:
    change(file, temperature=0.9, description="New")

    output, _ = run("llm_actions_import", str(file), "--dry-run")

    assert output.splitlines() == [
        "Change: LLM action “Sum up” (blog.blogpage, summary)",
        "  Description: (empty) → New",
        "  Temperature: 0.7 → 0.9",
        "Unchanged: 1",
        "Dry run: nothing was changed.",
    ]
    llm_action.refresh_from_db()
    assert llm_action.temperature == 0.7


def test_changes_are_shown_and_applied(file: Path, llm_action: LLMAction) -> None:
    change(file, temperature=0.9, model="far")

    output, errors = run("llm_actions_import", str(file))

    assert output.splitlines()[-1] == "0 created, 1 changed."
    assert errors == (
        "Warning: LLM action “Sum up” (blog.blogpage, summary): "
        "The model “far” is not configured.\n"
    )
    llm_action.refresh_from_db()
    assert (llm_action.temperature, llm_action.model) == (0.9, "far")


@pytest.mark.parametrize("option", [[], ["--dry-run"]])
def test_problems_are_said_and_nothing_is_written(
    file: Path, llm_action: LLMAction, option: list[str]
) -> None:
    change(file, temperature=0.9, groups=[["Nobody"]], source="gone")

    with pytest.raises(CommandError) as caught:
        run("llm_actions_import", str(file), *option)

    name = "LLM action “Sum up” (blog.blogpage, summary)"
    assert caught.value.returncode == 1
    assert str(caught.value).splitlines() == [
        "Nothing was imported.",
        f"{name}: There is no group “Nobody” here.",
        f"{name}: “Blog page” has no field “gone” to read.",
    ]
    llm_action.refresh_from_db()
    assert llm_action.temperature == 0.7


def test_a_file_that_is_no_export_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "actions.json"

    with pytest.raises(CommandError, match=r"cannot be read: No such file or directory\.$"):
        run("llm_actions_import", str(path))
    path.write_text("<html>")
    with pytest.raises(CommandError, match=r"^The file is not JSON in UTF-8\.$"):
        run("llm_actions_import", str(path))
    path.write_text("[{}]")
    with pytest.raises(CommandError, match=r"The file is not an export of LLM actions\.$"):
        run("llm_actions_import", str(path))
    path.write_text(" " * (MAX_BYTES + 1))
    with pytest.raises(CommandError, match=r"^The file is larger than 1 MB\.$"):
        run("llm_actions_import", str(path))


def test_a_file_cannot_steer_the_terminal(file: Path) -> None:
    change(file, description="\x1b[2Jgone")

    output, _ = run("llm_actions_import", str(file), "--dry-run")

    assert "\x1b" not in output
    assert "Description: (empty) → �[2Jgone" in output
