"""Find out from the words of a refusal which parameter of a request has to change.

The wording of the refusals is that of OpenAI, Azure, Anthropic, Mistral, DeepSeek, Groq, Gemini, vLLM,
Ollama, OpenRouter, Zhipu and FastAPI. A message that only mentions a parameter, such as one about the context, is none.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.providers.corrections.correction import (
    NUM_CTX,
    SYSTEM,
    Correction,
    holders,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

REFUSING_STATUSES = frozenset({400, 403, 404, 405, 422, 500, 501, 502})
"""Vendors send 400 and 422; gateways make other ones of them."""
OTHER_NAME = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
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
    r"|must be one of|roles are supported|temperature\W* (?:value )?must be (?:set to )?\d|requires temperature"
    r"|neither\b|unavailable|invalid schema|memory|unable to allocate|resource limitations"
    r"|expected one of|is invalid|valid (?:values|levels|options)|may not be|must be false|not found in"
    r"|must be (?:['\"`]?[a-z_]+['\"`]?,? )+or\b|不支持|不支援|无效|無效|非法|不合法",
    re.IGNORECASE,
)
_EFFORT = (
    r"(?:not|n't) support (?:the )?(?:reasoning|thinking)\b|(?:reasoning|thinking) is (?:mandatory|required)"
    r"|(?:thinking|reasoning)(?: level| budget)?(?: \d+)? is not supported|only works in thinking mode"
    r"|(?:effort )?level ['\"]\w+['\"],? (?:is )?not supported|not support effort"
)
_SCHEMA = (
    r"(?:compile|parse|compiled) grammar|grammar error|schema (?:is too complex|produces a constraint)"
    r"|schema in .* exceeds|failed to (?:generate|validate) json|invalid json schema|invalid format\b"
    r"|does not match the expected schema"
)
UNNAMED: Mapping[str, re.Pattern[str]] = {
    name: re.compile(words, re.IGNORECASE)
    for name, words in {
        "reasoning_effort": _EFFORT,
        "output_config": _EFFORT,
        "thinking": _EFFORT,
        "response_format": _SCHEMA,
        "format": _SCHEMA,
        SYSTEM: r"unexpected (?:message )?role|first message (?:is from|role must|must)|must start with a user"
        r"|systemmessage|system ?角色",
    }.items()
}
"""Refusals that name no parameter, as servers write them that translate the request for another one."""
THOUSANDS = re.compile(r"(?<![\d.])(?!(?<=[\[(])[01],)\d{1,3}(?:,\d{3})+(?![\d.])")
"""A number such as ``4,096``; after a bracket, ``1,512`` is a range."""
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
ABOUT_CONTEXT = re.compile(r"context|prompt is too long|inputs?\W* tokens", re.IGNORECASE)


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
    message = THOUSANDS.sub(lambda number: number[0].replace(",", ""), message)
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
    if not found:
        unnamed = (name for name, words in UNNAMED.items() if words.search(message))
        found = {Correction(parameter=name): None for name in unnamed if name in values}
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
    for members in holders(sent):
        values |= members
    if len(values.get("messages", ())) > 1:
        values.setdefault(SYSTEM, "")
    return values


def _limit(message: str, value: float) -> float | None:
    """Return the limit that a message names, below the value that was sent."""
    found = filter(None, (pattern.search(message) for pattern in LIMITS))
    # What a message says about the context before it names a limit makes it that of the context.
    stated = [match for match in found if not ABOUT_CONTEXT.search(message[: match.end()])]
    step = 1 if isinstance(value, int) else 0.01
    numbers_stated = ((match, float(next(filter(None, match.groups())))) for match in stated)
    limits = [limit - step * match[0].endswith(")") for match, limit in numbers_stated]
    is_above = ABOVE_LIMIT.search(message) and not ABOUT_CONTEXT.search(message)
    is_above = is_above and not REFUSED.search(message)
    if not limits and isinstance(value, int) and is_above:
        numbers = map(int, re.findall(r"(?<![\w.-])\d+(?![\w-])", message))
        below = max((number for number in numbers if number < value), default=0)
        limits = [below - 1 if EXCLUSIVE.search(message) else below]
    return limits[0] if limits and 0 < limits[0] < value else None
