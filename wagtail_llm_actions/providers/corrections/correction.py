"""What is changed about the requests for a model whose server refused a parameter, and remembered."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_MODELS = 500
"""Remembered per provider, the last used ones."""
SYSTEM = "system"
NUM_CTX = "num_ctx"


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What is changed about a parameter: its name, its value, or it is left out."""

    parameter: str
    other_name: str = ""
    limit: float | None = None

    @property
    def keys(self) -> dict[str, Any]:
        """The keys for the model's entry in ``MODELS`` that make it permanent."""
        if self.other_name:
            return {"OPTIONS": {"max_tokens_parameter": self.other_name}}
        if self.limit is not None:
            is_whole = float(self.limit).is_integer()
            limit = int(self.limit) if is_whole else self.limit
            is_temperature = self.parameter == "temperature"
            return {"MAX_TEMPERATURE" if is_temperature else "MAX_OUTPUT_TOKENS": limit}
        options: dict[str, dict[str, Any]] = {
            "stream_options": {"stream_usage": False},
            SYSTEM: {"system_role": "user"},
            "truncate": {"extra_body": {"truncate": None}},
            "keep_alive": {"extra_body": {"keep_alive": None}},
            NUM_CTX: {"context_tokens": 4096},
            "response_format": {"structured_output": False},
            "format": {"structured_output": False},
        }
        if self.parameter in options:
            return {"OPTIONS": options[self.parameter]}
        return (
            {"ACCEPTS_TEMPERATURE": False}
            if self.parameter == "temperature"
            else {"REASONING_EFFORT": ""}
        )

    @property
    def setting(self) -> str:
        """The same, as it is written in the settings."""
        return setting_of([self])

    def apply(self, body: dict[str, Any]) -> None:
        """Correct the members of a request, and of what is nested in them."""
        if self.parameter == SYSTEM:
            _fold_system(body)
        for members in holders(body):
            if self.parameter in members:
                value = members.pop(self.parameter)
                if self.other_name:
                    members[self.other_name] = value
                elif self.limit is not None:
                    members[self.parameter] = min(value, type(value)(self.limit))


def setting_of(corrections: Iterable[Correction]) -> str:
    """Return the keys that make several corrections permanent, as they are written in the settings."""
    merged: dict[str, Any] = {}
    for correction in corrections:
        _merge(merged, correction.keys)
    return str(merged)[1:-1]


def _merge(into: dict[str, Any], keys: Mapping[str, Any]) -> None:
    for key, value in keys.items():
        if isinstance(value, dict):
            _merge(into.setdefault(key, {}), value)
        else:
            into[key] = value


class Corrections:
    """The corrections of one provider by model, for the life of the process; thread-safe."""

    def __init__(self) -> None:
        self._by_model: OrderedDict[str, tuple[Correction, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, model: str) -> tuple[Correction, ...]:
        """Return those of a model, in the order in which they were found."""
        with self._lock:
            return self._by_model.get(model, ())

    def add(self, model: str, corrections: Iterable[Correction]) -> None:
        """Remember some."""
        with self._lock:
            known = self._by_model.pop(model, ())
            self._by_model[model] = tuple(dict.fromkeys((*known, *corrections)))
            if len(self._by_model) > MAX_MODELS:
                self._by_model.popitem(last=False)


def holders(sent: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the mappings that hold parameters: those of the SDKs, and of a JSON body."""
    body = sent.get("json") or {}
    nested = (sent.get("output_config"), sent.get("extra_body"), body.get("options"))
    return sent, body, *(members or {} for members in nested)


def _fold_system(body: dict[str, Any]) -> None:
    """Put the system message before the user's, into one message."""
    holder = body.get("json", body)
    *instructions, asked = holder["messages"]
    texts = [body.pop(SYSTEM, ""), *(message["content"] for message in instructions)]
    text = "\n\n".join(filter(None, texts))
    holder["messages"] = [{**asked, "content": _after(text, asked["content"])}]


def _after(text: str, content: str | list[Any]) -> str | list[Any]:
    """Return a text and what follows it: another text, or parts, such as images."""
    if isinstance(content, str):
        return f"{text}\n\n{content}"
    return [{"type": "text", "text": text}, *content]
