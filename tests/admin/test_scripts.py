"""No browser combines scripts of two releases, however a site serves its static files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

import wagtail_llm_actions
from wagtail_llm_actions import __version__
from wagtail_llm_actions.scripts import script_path

if TYPE_CHECKING:
    from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
    from pytest_django import Settings

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(wagtail_llm_actions.__file__).parent / "static" / "wagtail_llm_actions" / "js"
ENTRIES = {"action-form.js", "loader.js", "playground.js", "template-form.js", "usage.js"}
"""What a page loads by its own URL, which may be a hashed one."""


def imports(script: Path) -> list[Path]:
    """Return the modules that a script imports, at once or later."""
    found = re.findall(r"(?:from |import\()'(\.[^']+)'", script.read_text())
    return [(script.parent / name).resolve() for name in found]


def test_the_folder_of_the_scripts_has_the_version_of_the_package() -> None:
    assert [path.name for path in SCRIPTS.iterdir()] == [__version__]
    node_imports = json.loads((ROOT / "package.json").read_text())["imports"]
    assert node_imports == {
        "#js/*": f"./wagtail_llm_actions/static/{script_path('*')}",
    }


@pytest.mark.parametrize("script", sorted(SCRIPTS.rglob("*.js")), ids=lambda path: str(path.name))
def test_a_script_imports_modules_of_its_own_release_that_no_page_loads_by_itself(
    script: Path,
) -> None:
    for module in imports(script):
        assert module.is_file()
        assert module.is_relative_to(SCRIPTS / __version__)
        assert module.name not in ENTRIES, "it would run twice"


def test_the_scripts_can_be_collected_under_hashed_names(
    settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    manifest = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": manifest}}
    call_command("collectstatic", interactive=False, verbosity=0, ignore=["wagtail*admin"])

    loader = cast("ManifestStaticFilesStorage", staticfiles_storage).stored_name(
        script_path("loader.js")
    )

    assert re.fullmatch(rf"wagtail_llm_actions/js/{__version__}/loader\.\w{{12}}\.js", loader)
    assert imports(tmp_path / loader)
    assert all(module.is_file() for module in imports(tmp_path / loader))
