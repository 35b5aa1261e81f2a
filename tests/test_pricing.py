"""What a call costs: the list's price on its day, the site's own, nothing, or unknown."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version

import genai_prices
import pytest

from wagtail_llm_actions.catalog import ListPrice
from wagtail_llm_actions.generation import Usage
from wagtail_llm_actions.messages.currency import price_sentence, source_label
from wagtail_llm_actions.pricing import Price, cost_usd, price_of
from wagtail_llm_actions.providers.ollama import OllamaProvider
from wagtail_llm_actions.sellers import find_seller

TODAY = datetime(2026, 11, 22, tzinfo=UTC)


def price(
    model: str = "gpt-6-luna",
    *,
    vendor: str = "openai",
    base_url: str | None = None,
    override: ListPrice | None = None,
    when: datetime = TODAY,
    input_tokens: int = 0,
) -> Price | None:
    return price_of(
        vendor=vendor,
        is_local=vendor == OllamaProvider.vendor,
        base_url=base_url,
        model=model,
        override=override,
        when=when,
        input_tokens=input_tokens,
    )


def listed(found: Price | None) -> ListPrice:
    assert found is not None
    return found.listed


def test_the_lists_price_says_where_it_is_from() -> None:
    source = f"genai-prices {version('genai-prices')}"

    found = price("gpt-4o-mini")

    assert found == Price(
        listed=ListPrice(
            input=Decimal("0.15"), cached_input=Decimal("0.075"), output=Decimal("0.6")
        ),
        source=source,
    )
    assert found.as_json() == {
        "input": "0.15",
        "cached_input": "0.075",
        "output": "0.6",
        "source": source,
    }


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
@pytest.mark.parametrize(
    "usage",
    [
        Usage(input_tokens=1000, output_tokens=500),
        Usage(input_tokens=1000, output_tokens=500, cached_input_tokens=400, reasoning_tokens=90),
        Usage(input_tokens=272_001, output_tokens=1, cached_input_tokens=10),
        Usage(input_tokens=1000, output_tokens=5, cached_input_tokens=10, cache_write_tokens=900),
        Usage(
            input_tokens=1000, output_tokens=5, cache_write_tokens=900, cache_write_1h_tokens=300
        ),
        Usage(input_tokens=272_001, output_tokens=1, cache_write_tokens=200_000),
        Usage(input_tokens=0, output_tokens=0),
    ],
)
def test_the_cost_is_what_the_price_list_itself_reckons(vendor: str, usage: Usage) -> None:
    model = {"openai": "gpt-6-luna", "anthropic": "claude-haiku-4-5"}[vendor]
    reckoned = genai_prices.calc_price(
        genai_prices.Usage(
            input_tokens=usage.input_tokens,
            cache_read_tokens=usage.cached_input_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            cache_write_1h_tokens=usage.cache_write_1h_tokens,
            output_tokens=usage.output_tokens,
        ),
        model,
        provider_id=vendor,
        genai_request_timestamp=TODAY,
    )

    found = price(model, vendor=vendor, input_tokens=usage.input_tokens or 0)

    assert cost_usd(usage, listed(found)) == reckoned.total_price


def test_a_price_per_request_is_part_of_the_cost() -> None:
    found = price("sonar", base_url="https://api.perplexity.ai")

    assert listed(found).requests == 12
    assert cost_usd(Usage(input_tokens=1000, output_tokens=500), listed(found)) == Decimal("0.0135")
    assert found
    assert found.as_json()["requests"] == "12"


def test_a_price_per_request_is_told_too() -> None:
    found = price("sonar", base_url="https://api.perplexity.ai")

    said = "$1.00 in and $1.00 out per million tokens, and $12.00 per thousand requests"
    assert price_sentence(found).startswith(said)


def test_the_day_of_the_call_decides() -> None:
    before, after = datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)

    assert listed(price("o3", when=before)).output == 40
    assert listed(price("o3", when=after)).output == 8


def test_a_long_prompt_can_cost_more_for_each_token() -> None:
    short, long = price(input_tokens=272_000), price(input_tokens=272_001)

    assert listed(long).input == 2 * listed(short).input


@pytest.mark.parametrize(
    ("tier", "factor"), [("", 1), ("default", 1), ("flex", "0.5"), ("priority", 2), ("odd", 1)]
)
def test_a_service_tier_has_its_own_price(tier: str, factor: str | int) -> None:
    found = price_of(
        vendor="openai",
        is_local=False,
        base_url=None,
        model="gpt-6-luna",
        override=None,
        when=TODAY,
        service_tier=tier,
    )

    assert listed(found).output == listed(price()).output * Decimal(factor)


@pytest.mark.parametrize(
    ("region", "may_cost_more"), [("us", True), ("global", False), ("", False)]
)
def test_a_call_that_stayed_in_a_region_may_have_cost_more(
    region: str, may_cost_more: bool
) -> None:
    found = price_of(
        vendor="anthropic",
        is_local=False,
        base_url=None,
        model="claude-haiku-4-5",
        override=None,
        when=TODAY,
        region=region,
    )

    assert found is not None
    assert found.source.endswith("+ ?") == may_cost_more


def test_the_sites_own_price_comes_first() -> None:
    own = ListPrice(input=Decimal(1), cached_input=Decimal(1), output=Decimal(2))

    assert price(override=own) == Price(listed=own, source="settings")
    assert price("mistral", vendor="ollama", override=own) == Price(listed=own, source="settings")


def test_a_free_model_of_openrouter_is_free() -> None:
    model = "google/gemma-3-27b-it:free"

    assert listed(price(model, base_url="https://openrouter.ai/api/v1")).output == 0
    assert price(model, base_url="https://llm.example/v1") is None


@pytest.mark.parametrize(
    ("base_url", "model", "may_cost_more"),
    [
        ("https://shop.openai.azure.com/openai/v1", "gpt-4o", True),
        ("https://eastus2.api.cognitive.microsoft.com/openai/v1", "gpt-4o", True),
        ("https://eu-west4-aiplatform.googleapis.com/v1/projects/p", "google/gemini-2.5-flash", True),
        ("https://aiplatform.eu.rep.googleapis.com/v1/projects/p", "google/gemini-2.5-flash", True),
        ("https://aiplatform.googleapis.com/v1/projects/p", "google/gemini-2.5-flash", False),
        ("https://generativelanguage.googleapis.com/v1beta/openai/", "gemini-2.5-flash", False),
        ("https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1", "openai.gpt-oss-20b-1:0", True),
        ("https://bedrock-runtime.us-gov-west-1.amazonaws.com/v1", "openai.gpt-oss-20b-1:0", True),
        ("https://bedrock-mantle.ap-south-1.api.aws/v1", "openai.gpt-oss-20b-1:0", True),
        ("https://bedrock-mantle.us-east-1.api.aws/v1", "openai.gpt-oss-20b-1:0", False),
        ("https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1", "openai.gpt-oss-20b-1:0", False),
        ("https://eu.openrouter.ai/api/v1", "openai/gpt-4o", False),
        ("https://eu-west-1.api.x.ai/v1", "grok-4", False),
    ],
)  # fmt: skip
def test_a_price_that_leaves_out_a_region_says_so(
    base_url: str, model: str, may_cost_more: bool
) -> None:
    found = price(model, base_url=base_url)

    assert found is not None
    words = source_label(found.source)
    assert words.endswith("without what a region costs more") == may_cost_more
    assert words.startswith(f"genai-prices {version('genai-prices')}")


def test_a_local_model_costs_nothing() -> None:
    found = price("mistral", vendor="ollama", base_url="http://127.0.0.1:11434")

    assert found is not None
    assert found.source == "local"
    assert cost_usd(Usage(input_tokens=9, output_tokens=9), found.listed) == Decimal(0)


def test_a_known_gateway_is_found_by_its_address() -> None:
    found = price("openai/gpt-4o", base_url="https://openrouter.ai/api/v1")

    assert listed(found).output == 10


@pytest.mark.parametrize(
    ("model", "vendor", "base_url"),
    [
        ("nobodys-model", "openai", None),
        ("gpt-4o", "openai", "http://127.0.0.1:8000/v1"),
        ("gpt-4o", "openai", "https://llm.example/v1"),
        ("scripted", "", None),
    ],
)
def test_what_nobody_knows_is_unknown_and_not_free(
    model: str, vendor: str, base_url: str | None
) -> None:
    assert price(model, vendor=vendor, base_url=base_url) is None


@pytest.mark.parametrize("host", ["api.openai.com", "eu.api.openai.com", "us.api.openai.com"])
def test_a_region_costs_what_it_costs_and_says_so(host: str) -> None:
    percent = 0 if host == "api.openai.com" else 10

    new, old = (
        price(model, base_url=f"https://{host}/v1") for model in ("gpt-6-luna", "gpt-4o-mini")
    )

    world = listed(price("gpt-6-luna"))
    assert listed(new).input == world.input * (100 + percent) / 100
    assert listed(new).output == world.output * (100 + percent) / 100
    # Models that were released before March 2026 cost the same everywhere.
    assert listed(old) == listed(price("gpt-4o-mini"))
    assert new is not None
    assert new.source.endswith("+ 10 %") == bool(percent)


@pytest.mark.parametrize(
    ("model", "percent"),
    [
        ("gpt-4.1-mini", 0),
        ("gpt-3.5-turbo", 0),
        ("o4-mini", 0),
        ("gpt-5", 0),
        ("gpt-5-mini", 0),
        ("gpt-5-2025-08-07", 0),
        ("gpt-5.2-pro", 0),
        ("gpt-5.4", 10),
        ("gpt-6.1-sol", 10),
    ],
)
def test_the_surcharge_of_a_region_depends_on_the_model(model: str, percent: int) -> None:
    seller = find_seller("https://eu.api.openai.com/v1")

    assert seller is not None
    assert seller.surcharge(model) == percent


@pytest.mark.parametrize(
    ("base_url", "model"),
    [
        ("https://shop.openai.azure.com/openai/v1", "gpt-4o"),
        ("https://shop.services.ai.azure.com/openai/v1/", "gpt-4o"),
        ("https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1", "openai.gpt-oss-20b-1:0"),
        ("https://bedrock-mantle.us-east-1.api.aws/v1", "openai.gpt-oss-20b-1:0"),
        ("https://generativelanguage.googleapis.com/v1beta/openai/", "gemini-2.5-flash"),
        ("https://eu-west4-aiplatform.googleapis.com/v1/projects/p", "google/gemini-2.5-flash"),
        ("https://api.mistral.ai/v1", "mistral-small-latest"),
        ("https://api.groq.com/openai/v1", "llama-3.1-8b-instant"),
        ("https://api.deepseek.com", "deepseek-chat"),
        ("https://api.x.ai/v1", "grok-4"),
        ("https://api.together.ai/v1", "meta-llama/Llama-3.3-70B-Instruct-Turbo"),
        ("https://us-api.together.ai/v1", "meta-llama/Llama-3.3-70B-Instruct-Turbo"),
        ("https://api.openai.com:443/v1", "gpt-4o"),
        ("https://API.OPENAI.COM./v1", "gpt-4o"),
    ],
)
def test_a_reseller_is_known_by_its_host(base_url: str, model: str) -> None:
    assert listed(price(model, base_url=base_url)).output > 0


@pytest.mark.parametrize(
    "base_url",
    [
        "https://evilapi.openai.com.example/v1",
        "https://api.openai.com.example/v1",
        "https://api.openai.community/v1",
        "https://evilapi.openai.com/v1",
        "https://llm.example/api.openai.com/v1",
        "https://llm.example/eu.api.openai.com",
        "https://llm.example/x.googleapis.com/v1",
        "https://llm.example/x.openai.azure.com/v1",
        "https://openai.azure.com.example/v1",
        "https://eu.eu.api.openai.com/v1",
        "https://openrouter.ai.example/api/v1",
        "https://api.moonshot.example/v1",
    ],
)
def test_a_host_that_looks_alike_has_no_price(base_url: str) -> None:
    for model in ("gpt-4o", "gemini-2.5-flash", "openai/gpt-4o", "kimi-k2-0905-preview"):
        assert price(model, base_url=base_url) is None
