"""What an adapter of a language model has to do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from wagtail_llm_actions.errors import AuthenticationFailed, ModelUnavailable
from wagtail_llm_actions.providers.redaction import redact

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from wagtail_llm_actions.errors import ProviderError, ProviderErrorContext
    from wagtail_llm_actions.generation import (
        GenerationRequest,
        GenerationResult,
        ModelStatus,
        TextDelta,
        Usage,
    )


NO_KEY = "no-key"
"""Sent to servers that want none, because SDKs insist on one."""


class ProviderNotInstalled(ModelUnavailable):
    """The adapter's SDK cannot be imported; the message names the command that installs it."""

    retryable = False

    class Reason(StrEnum):
        """The only case."""

        NOT_INSTALLED = "not_installed"

    def __init__(self, *, provider: str, extra: str, reason: ImportError) -> None:
        super().__init__(
            provider=provider,
            model="every model",
            detail=f'{reason}. Install the SDK: pip install "wagtail-llm-actions[{extra}]".',
        )

    def __str__(self) -> str:
        return f"{super().__str__()}: {self.detail}"

    def context(self) -> ProviderErrorContext:
        """Return the reason; there is no answer of a provider."""
        return {"reason": self.Reason.NOT_INSTALLED.value}


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """What an adapter found out about a failed call, before it is fit to be shown or logged."""

    kind: type[ProviderError]
    words: str = ""
    """The provider's own words, not yet redacted."""
    status_code: int | None = None
    retry_after_seconds: float | None = None
    retryable: bool | None = None
    """Given where this case differs from ``kind``."""
    usage: Usage | None = None
    """What the provider bills for an answer that cannot be used."""


class Provider(ABC):
    """An account at a provider, or a server that speaks a provider's protocol.

    One instance serves all calls of a process, from any thread. An adapter reads ``options`` in
    its own constructor and raises ``TypeError`` or ``ValueError`` for one that it does not know.
    """

    added_paths: ClassVar[tuple[str, ...]] = ()
    """How ``base_url`` must not end, because this adapter appends what belongs there."""

    def __init__(
        self,
        *,
        alias: str,
        api_key: str | None = None,
        base_url: str | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        """Keep the settings; imports no SDK.

        Raises:
            ValueError: ``base_url`` is no web address, holds a password, or ends with
                one of ``added_paths``.
        """
        if base_url:
            _check_address(base_url)
            _check_end(base_url, self.added_paths)
        self.alias = alias
        self.base_url = base_url or None
        self._api_key = api_key or None
        self._options = options or {}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.alias!r}>"

    def warm_up(self) -> None:  # noqa: B027 - an adapter without an SDK has nothing to import
        """Import the SDK and build the client, so that the first call finds them ready.

        Opens no connection and needs no event loop.

        Raises:
            ProviderNotInstalled: The SDK is missing.
        """

    @abstractmethod
    def stream(self, request: GenerationRequest) -> AsyncGenerator[TextDelta | GenerationResult]:
        """Generate one text: yield its pieces as they arrive, then exactly one result.

        A cancelled or closed generator closes its connection before it ends. There is no time
        limit for the answer: whoever calls cancels.

        Raises:
            ProviderError: In place of every exception of the SDK, which is kept out of the
                traceback because it may quote the key or the prompt.
        """

    @abstractmethod
    async def check_model(self, model: str) -> ModelStatus:
        """Ask whether a model is there, without generating anything.

        Raises:
            ProviderError: As ``stream``.
        """

    def check_key(self, model: str, *, is_needed: bool) -> None:
        """Raise before a call that cannot be made.

        Raises:
            AuthenticationFailed: A key is needed and missing, or could not be sent in a header.
        """
        if self._api_key is None:
            if not is_needed:
                return
            words = "No API key is configured."
        elif self._api_key.isascii() and self._api_key.isprintable():
            return
        else:
            words = "The API key holds characters that no key can have, such as a line break."
        raise self.error(Failure(kind=AuthenticationFailed, words=words), model)

    def error(self, failure: Failure, model: str) -> ProviderError:
        """Make the error of a failed call, without secrets and with ``words`` cut."""
        return failure.kind(
            provider=self.alias,
            model=model,
            status_code=failure.status_code,
            retry_after_seconds=failure.retry_after_seconds,
            retryable=failure.retryable,
            detail=redact(failure.words, self._api_key),
            usage=failure.usage,
        )


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if "@" in parts.netloc:
        msg = (
            "BASE_URL must not hold a password, because HTTP libraries log addresses: use API_KEY."
        )
        raise ValueError(msg)
    # ``port`` itself raises ValueError when it is no port.
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        msg = f"BASE_URL must be an address such as https://host/v1, not {url!r}."
        raise ValueError(msg)


def _check_end(url: str, added_paths: tuple[str, ...]) -> None:
    path = urlsplit(url).path.rstrip("/")
    for added in added_paths:
        if path.endswith(added):
            msg = f"BASE_URL must end before {added}, because paths are added to it."
            raise ValueError(msg)
