"""Who sells a model: which entry of the price list a server's address stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from genai_prices.types import Provider

BEFORE_OPENAI_SURCHARGE = r"(ft:)?(chatgpt-4|gpt-3|gpt-4|gpt-5(\.[0-3])?(-(?!\d\.)|$)|o\d).*"
"""OpenAI's models that were released before 5 March 2026."""


@dataclass(frozen=True, slots=True)
class Seller:
    """An entry of the price list, and what a region costs on top."""

    provider_id: str
    """As in ``genai-prices``."""
    percent: int = 0
    """Added to the list's prices for processing in a region."""
    without_surcharge: str = r"(?!)"
    """A regular expression for the names of models that cost the same in a region."""
    may_cost_more: bool = False
    """Whether the list has one price for all regions, although some cost more."""

    def surcharge(self, model: str) -> int:
        """Return the percentage that is added to the prices of a model."""
        return 0 if re.fullmatch(self.without_surcharge, model.lower()) else self.percent


HOSTS = {
    # https://developers.openai.com/api/docs/guides/data-residency: 10 % for models since March 2026.
    r"[a-z]{2}\.api\.openai\.com": Seller("openai", 10, BEFORE_OPENAI_SURCHARGE),
    # https://docs.together.ai/docs/serverless/geo-specific-inference: 25 %.
    r"api\.together\.ai": Seller("together"),
    r"(us|ca)-api\.together\.ai": Seller("together", 25),
    # The list's pattern ends before the top-level domain; the Chinese one bills in another currency.
    r"api\.moonshot\.ai": Seller("moonshotai"),
    # The list has the prices of the United States.
    r"bedrock-mantle\.us-(east|west)-[0-9]\.api\.aws": Seller("aws"),
    r"bedrock-(mantle|runtime)\.(?!us-(east|west)-)[a-z0-9-]+\.(api\.aws|amazonaws\.com)": Seller(
        "aws", may_cost_more=True
    ),
    # Only the global endpoint has the list's price for all models.
    r"[a-z0-9-]+-aiplatform\.googleapis\.com|aiplatform\.[a-z]+\.rep\.googleapis\.com": Seller(
        "google", may_cost_more=True
    ),
    # The address does not tell the type of a deployment; one in a data zone or region costs more.
    r"[^.]+\.(openai\.azure\.com|(services\.ai|cognitiveservices)\.azure\.com|azure-api\.net"
    r"|api\.cognitive\.microsoft\.com)": Seller("azure", may_cost_more=True),
    # Regions that cost the same.
    r"(eu|us)\.openrouter\.ai": Seller("openrouter"),
    r"[a-z]+-[a-z]+-[0-9]\.api\.x\.ai": Seller("x-ai"),
}
"""Addresses that the list does not know, or not exactly, as regular expressions."""


def find_seller(base_url: str) -> Seller | None:
    """Return who sells the models of a server; ``None`` where nobody knows."""
    parts = urlsplit(base_url if "//" in base_url else f"//{base_url}")
    host = (parts.hostname or "").rstrip(".")
    for pattern, seller in HOSTS.items():
        if re.fullmatch(pattern, host):
            return seller
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - heavy

    providers = get_snapshot().providers
    found = next((one for one in providers if _serves(one, host, parts.path)), None)
    return Seller(found.id) if found else None


def _serves(provider: Provider, host: str, path: str) -> bool:
    """Return whether the list's pattern matches a whole host.

    By itself it matches the beginning of an address: ``https://api.openai.com.example/`` as well.
    """
    pattern = provider.api_pattern
    # A pattern without a path could else find its host in the path of another server.
    has_path = "/" in pattern.replace("https://", "").replace("https?://", "").replace("(/|$)", "")
    address = f"https://{host}{path}" if has_path else f"https://{host}"
    return re.match(f"(?:{pattern})(?:(?<=/)|(?=/)|$)", address) is not None
