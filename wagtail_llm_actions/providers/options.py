"""``OPTIONS`` of a provider: dataclasses that check their values and never quote one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Options = TypeVar("Options", bound="DataclassInstance")

RESERVED = frozenset({"messages", "model", "stream"})
"""Members of the request body that decide what a run is, and how its answer is read."""

OF_CONNECTION = frozenset({"connect_timeout_seconds", "extra_headers", "organization", "project"})
"""Options that all requests of a client share; the SDKs log what a single request adds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HTTPOptions:
    """``OPTIONS`` that every HTTP provider accepts."""

    connect_timeout_seconds: float = 5.0
    """To open the connection; the answer itself has no time limit here."""
    context_tokens: int | None = None
    """Tokens of prompt and answer together; ``None`` leaves it to the model and its server."""
    structured_output: bool = True
    """Whether the JSON schema of an answer is sent, where there is one."""
    extra_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with every request; they replace headers of the same name and may hold secrets."""
    extra_query: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Added to the address of a generation, such as Azure's ``api-version``."""
    extra_body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Added to the JSON body of a generation; they replace members of the same name."""

    def __post_init__(self) -> None:
        expect(
            "connect_timeout_seconds",
            "a number above 0",
            is_valid=is_number(self.connect_timeout_seconds) and self.connect_timeout_seconds > 0,
        )
        context = self.context_tokens
        is_count = context is None or (type(context) is int and context > 0)
        expect("context_tokens", "a whole number above 0", is_valid=is_count)
        is_choice = isinstance(self.structured_output, bool)
        expect("structured_output", "True or False", is_valid=is_choice)
        expect("extra_headers", "a dict of strings", is_valid=_are_headers(self.extra_headers))
        expect("extra_query", "a dict of strings", is_valid=_are_headers(self.extra_query))
        is_body = isinstance(self.extra_body, Mapping)
        expect("extra_body", "a dict", is_valid=is_body)
        if reserved := RESERVED.intersection(self.extra_body):
            msg = f"OPTIONS['extra_body'] must not hold {min(reserved)!r}."
            raise ValueError(msg)


def read_options(kind: type[Options], given: Mapping[str, object]) -> Options:
    """Build the options of an adapter; ``None`` counts as not set, as in all settings.

    Raises:
        TypeError: A key is unknown, or a value has the wrong type.
        ValueError: A value cannot be used.
    """
    known = sorted(option.name for option in fields(kind))
    if unknown := sorted(set(given).difference(known), key=str):
        msg = f"OPTIONS has an unknown key {unknown[0]!r}; known are {', '.join(known)}."
        raise TypeError(msg)
    return kind(**cast("Any", {name: value for name, value in given.items() if value is not None}))


def merged_options(
    kind: type[Options], provider: Mapping[str, object], model: Mapping[str, object]
) -> Options:
    """Build the options of a model: its own, then its provider's; dicts of both are joined.

    Raises:
        TypeError, ValueError: As ``read_options``.
    """
    if found := sorted(OF_CONNECTION.intersection(model)):
        msg = f"OPTIONS[{found[0]!r}] is for a whole provider: add an entry to PROVIDERS for it."
        raise ValueError(msg)
    merged = {**provider, **model}
    for name, value in model.items():
        ours = provider.get(name)
        if isinstance(value, Mapping) and isinstance(ours, Mapping):
            merged[name] = {**ours, **value}
    return read_options(kind, merged)


def expect(name: str, kind: str, *, is_valid: bool) -> None:
    """Check one option.

    Raises:
        TypeError: It is not valid.
    """
    if not is_valid:
        msg = f"OPTIONS[{name!r}] must be {kind}."
        raise TypeError(msg)


def is_number(value: object) -> bool:
    """Return whether it is a number; ``True`` and ``False`` are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _are_headers(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(text, str) and text.isascii() and text.isprintable()
        for item in value.items()
        for text in item
    )
