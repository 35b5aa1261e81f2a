"""Correct a request whose parameter a server refuses, and remember it for the next one.

The wording of the refusals is that of OpenAI, Azure, Anthropic, Mistral, DeepSeek, Groq, Gemini, vLLM,
Ollama and FastAPI. A message that only mentions a parameter, such as one about the context, is none.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REFUSING_STATUSES = frozenset({400, 403, 404, 405, 422, 500, 501, 502})
"""Vendors send 400 and 422; gateways make other ones of them."""
MAX_MODELS = 500
"""Remembered per provider, the last used ones."""
OTHER_NAME = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
SYSTEM = "system"
NUM_CTX = "num_ctx"
WORDS: Mapping[str, str] = {
    "max_tokens": r"max_?tokens|max_new_tokens|max_?output_?tokens|max(?:imum)?(?: output)? tokens",
    "max_completion_tokens": r"max_completion_tokens",
    "stream_options": r"stream_options|stream options|include_usage",
    "temperature": r"temperature",
    "reasoning_effort": r"reasoning_?effort|reasoning effort|reasoning\.effort",
    "output_config": r"output_config(?!\.format)|effort",
    "response_format": r"response_?format|response format|json_?schema|structured outputs?|json mode",
    "format": r"output_config\.format(?:\.schema)?|output format|format|json_?schema|structured outputs?",
    "thinking": r"thinking",
    "think": r"think|thinking",
    "truncate": r"truncate",
    "keep_alive": r"keep_alive",
    NUM_CTX: r"num_ctx|(?:more|enough|out of)(?: \w+)? memory|unable to allocate|memory layout"
    r"|resource limitations",
    SYSTEM: r"system role|role system|role ['\"`]?system['\"`]?|['\"`]system['\"`]|system messages?"
    r"|system prompts?|developer (?:instruction|role)|roles must alternate|user and assistant roles"
    r"|messages(?:\[0\]|\.0)\.role|got system",
}
"""How servers call each parameter that may be corrected."""
REFUSED = re.compile(
    r"unsupported|not? (currently )?support|n't support|no longer support|not (be )?permitted"
    r"|unrecogni[sz]ed|unknown|unexpected|not allowed|extra (inputs|fields)|additional properties"
    r"|cannot find field|not (a )?(valid|known|accepted|available|enabled|implemented|recogni[sz]ed)"
    r"|not one of|should not exist|(should|must) be null|invalid (\w+ )?(argument|parameter|field|option|value)"
    r"|cannot be disabled|input should be|cannot unmarshal|not a permitted|can only be|only (?:supported|allowed|permitted)|(been|was) removed|must alternate|only user and"
    r"|does not accept|only (the )?default|deprecated|cannot both|is not compatible|incompatible"
    r"|instead\b|only [`'\"\w.]+ is (?:allowed|supported|accepted)|may only|does not match|extra_forbidden|unknown_parameter"
    r"|must be one of|roles are supported|temperature\W* must be (?:set to )?\d|requires temperature"
    r"|neither\b|unavailable|invalid schema|memory|unable to allocate|resource limitations",
    re.IGNORECASE,
)
NUMBER = r"['`\"]?(\d+(?:\.\d+)?)\b"
LIMITS = (
    re.compile(r"(?:at most|less than or equal to|up to|no more than|not exceed|<=|≤|maximum (?:value )?(?:of|is)|max(?:imum)?:)"
               rf"\s*{NUMBER}", re.IGNORECASE),
    re.compile(rf"> {NUMBER}, which is the maximum", re.IGNORECASE),
    re.compile(rf"[\[(]\s*\d+(?:\.\d+)?\s*,\s*{NUMBER}\s*[\])]"),
    re.compile(rf"between \d+(?:\.\d+)? and {NUMBER}|range: \d+(?:\.\d+)?\.\.{NUMBER}",
               re.IGNORECASE),
)  # fmt: skip
ABOVE_LIMIT = re.compile(
    r"exceed|too (?:large|big|high)|maximum|\bmax\b|limit|range|(?:less|lower|smaller) than",
    re.IGNORECASE,
)
LISTED = re.compile(
    r"[\s'\"`,&\[\](){}]*(?::\s*['\"]?[\w.]+['\"]?,\s*['\"])?(?:(?:and|n?or)\s*['\"`]*)?"
)
"""What stands between the names of a list, possibly with their values."""
PROBLEMS = re.compile(r";\s|\n|(?=#: )")
"""What stands between the problems that one message lists."""
EXCLUSIVE = re.compile(r"exclusive|(?:less|lower|smaller) than(?! or equal)", re.IGNORECASE)
ABOUT_CONTEXT = re.compile(r"context|prompt is too long|input tokens", re.IGNORECASE)


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
        for members in _holders(body):
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


def find_corrections(
    message: str, *, parameter: str, sent: Mapping[str, Any]
) -> tuple[Correction, ...]:
    """Return what to change about a request, after the words of its refusal; often nothing.

    A message may hold several problems, and a problem may list several parameters.

    Args:
        message: The server's.
        parameter: The one that the server names in a member of its own; may be empty.
        sent: The arguments of the call.
    """
    values = _values(sent)
    own = parameter.partition(".")[0]
    problems = [problem for problem in PROBLEMS.split(message) if _listed(problem, values)]
    found: dict[Correction, None] = {}
    for problem in problems if len(problems) > 1 else [message]:
        names = _listed(problem, values)
        if own in values.keys() & WORDS.keys() and own not in names:
            names = [own]
        for name in names:
            if correction := _correction(name, values[name], problem, sent):
                found[correction] = None
    return tuple(found)


def _listed(message: str, values: Mapping[str, Any]) -> list[str]:
    """Return the sent parameter that is named first, and those in one list with it."""
    places = sorted(
        (match.start(), match.end(), name)
        for name, words in WORDS.items()
        if name in values
        and (match := re.search(rf"(?<![A-Za-z_])(?:{words})(?![A-Za-z_])", message, re.IGNORECASE))
    )
    names = [name for _start, _end, name in places[:1]]
    for (_first, end, _name), (start, _last, name) in pairwise(places):
        if not LISTED.fullmatch(message[end:start]):
            break
        names.append(name)
    return names


def _correction(
    name: str, value: object, problem: str, sent: Mapping[str, Any]
) -> Correction | None:
    limit = _limit(problem, value) if isinstance(value, (int, float)) else None
    if limit is not None:
        return Correction(parameter=name, limit=limit)
    if not REFUSED.search(problem):
        return None
    if name in OTHER_NAME:
        other = OTHER_NAME[name]
        is_renamable = name in (sent.get("extra_body") or {})
        return Correction(parameter=name, other_name=other) if is_renamable else None
    return Correction(parameter=name)


def _values(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sent parameters with their values, wherever they are nested."""
    values: dict[str, Any] = {}
    for members in _holders(sent):
        values |= members
    if len(values.get("messages", ())) > 1:
        values.setdefault(SYSTEM, "")
    return values


def _holders(sent: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the mappings that hold parameters: those of the SDKs, and of a JSON body."""
    body = sent.get("json") or {}
    nested = (sent.get("output_config"), sent.get("extra_body"), body.get("options"))
    return sent, body, *(members or {} for members in nested)


def _limit(message: str, value: float) -> float | None:
    """Return the limit that a message names, below the value that was sent."""
    found = filter(None, (pattern.search(message) for pattern in LIMITS))
    # What a message says about the context before it names a limit makes it that of the context.
    stated = [match for match in found if not ABOUT_CONTEXT.search(message[: match.end()])]
    limits = [float(next(filter(None, match.groups()))) for match in stated]
    is_above = ABOVE_LIMIT.search(message) and not ABOUT_CONTEXT.search(message)
    is_above = is_above and not REFUSED.search(message)
    if not limits and isinstance(value, int) and is_above:
        numbers = map(int, re.findall(r"(?<![\w.-])\d+(?![\w-])", message))
        below = max((number for number in numbers if number < value), default=0)
        limits = [below - 1 if EXCLUSIVE.search(message) else below]
    return limits[0] if limits and 0 < limits[0] < value else None


def _fold_system(body: dict[str, Any]) -> None:
    """Put the system message before the user's, into one message."""
    holder = body.get("json", body)
    texts = [message["content"] for message in holder.get("messages", ())]
    holder["messages"] = [{"role": "user", "content": "\n\n".join(texts)}]
