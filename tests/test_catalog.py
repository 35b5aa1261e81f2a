"""The shipped list of models holds together, and agrees with what the vendors' clients say."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import genai_prices
import pytest
from anthropic.resources.messages import DEPRECATED_MODELS
from anthropic.types.model import Model as AnthropicModel
from openai.types.shared import ChatModel

from wagtail_llm_actions.catalog import catalog, known_names

DATA = tomllib.loads(files("wagtail_llm_actions").joinpath("catalog.toml").read_text())
ROWS: dict[str, dict[str, Any]] = DATA["models"]
CHECKED: date = DATA["checked"]
ALIASES = {key: row for key, row in ROWS.items() if "alias_of" in row}
PLAIN = {key: row for key, row in ROWS.items() if key not in ALIASES}
DOCS = Path(__file__).parent.parent / "docs" / "models.md"

COMMON = {"vendor": str, "label": str, "description": str, "sources": list}
OF_ALIASES = {"alias_of": str, "deprecated_name": str, "retired_on": date}
OF_MODELS = {
    "name": str,
    "accepts_temperature": bool,
    "max_temperature": float,
    "reasoning_effort": str,
    "reasoning_tokens": int,
    "accepts_images": bool,
    "image_tokens": int,
    "structured_output": bool,
    "context_tokens": int,
    "max_output_tokens": int,
    "retires_on": date,
}


@pytest.mark.parametrize("key", ROWS)
def test_a_row_has_known_keys_of_the_right_type(key: str) -> None:
    row = ROWS[key]
    kinds = COMMON | (OF_ALIASES if key in ALIASES else OF_MODELS)
    required = {*COMMON, *(OF_ALIASES if key in ALIASES else {"name"})}

    assert required <= row.keys() <= kinds.keys()
    assert all(type(value) is kinds[name] for name, value in row.items())
    assert row["vendor"] in {"openai", "anthropic", "ollama"}
    assert row["sources"]
    assert row["description"]
    assert "\n" not in row["description"]


def test_the_models_of_the_guide_are_there_with_its_advice() -> None:
    guide = {
        "GPT-3.5 Turbo": "Fast, good for most tasks",
        "GPT-4": "Most capable, best for complex tasks",
        "Mistral": "Local model, good for basic tasks",
        "Claude-3": "High quality, good for long content",
    }

    shipped = {model.label: model.description for model in catalog().values()}

    assert guide.items() <= shipped.items()


@pytest.mark.parametrize("key", ALIASES)
def test_an_alias_calls_a_current_model(key: str) -> None:
    alias = ALIASES[key]
    target = PLAIN[alias["alias_of"]]

    assert target["vendor"] == alias["vendor"]
    assert target.get("retires_on") is None
    assert alias["retired_on"] < CHECKED
    assert catalog()[key].name == target["name"]
    assert catalog()[key].capabilities == catalog()[alias["alias_of"]].capabilities


@pytest.mark.parametrize("key", PLAIN)
def test_a_model_is_not_retired_and_its_limits_make_sense(key: str) -> None:
    row = PLAIN[key]

    assert row.get("retires_on", date.max) > CHECKED
    assert row.get("max_output_tokens", 0) < row.get("context_tokens", 10**9)
    # Only a model that reasons needs an allowance, and it needs one unless it can be told not to.
    assert (row.get("reasoning_effort", "none") == "none") == ("reasoning_tokens" not in row)


@pytest.mark.parametrize(
    ("vendor", "names"),
    [("openai", get_args(ChatModel)), ("anthropic", get_args(get_args(AnthropicModel)[0]))],
)
def test_the_vendors_client_knows_the_names(vendor: str, names: tuple[str, ...]) -> None:
    assert set(known_names(vendor)) <= set(names)


def test_what_anthropics_client_calls_deprecated_retires_on_its_date() -> None:
    listed = known_names("anthropic")

    for name in listed.keys() & DEPRECATED_MODELS.keys():
        retires_on = listed[name].retires_on
        assert retires_on
        day = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
        suffix = day.get(retires_on.day, "th")
        assert (
            f"{retires_on:%B} {retires_on.day}{suffix}, {retires_on.year}"
            == (DEPRECATED_MODELS[name])
        )
    # The client forgets a model some time after its end.
    current = set(get_args(get_args(AnthropicModel)[0])) - DEPRECATED_MODELS.keys()
    assert ALIASES["claude-3"]["deprecated_name"] not in current


@pytest.mark.parametrize(
    "key", [key for key, row in PLAIN.items() if row["vendor"] in {"openai", "anthropic"}]
)
def test_the_price_list_knows_the_model_and_agrees_on_its_context(key: str) -> None:
    found = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=1, output_tokens=1),
        PLAIN[key]["name"],
        provider_id=PLAIN[key]["vendor"],
        genai_request_timestamp=datetime(2026, 11, 22, tzinfo=UTC),
    )

    assert found.total_price > 0
    assert found.model.context_window == PLAIN[key]["context_tokens"]


def test_the_docs_list_every_row() -> None:
    table = DOCS.read_text()

    for key, row in ROWS.items():
        assert f"| `{key}` | {row['label']} |" in table
        assert all(f"<{source}>" in table or source in table for source in row["sources"]), key
