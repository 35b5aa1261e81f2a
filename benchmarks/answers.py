"""How clean the texts of the example site's real model are: every post of the site, every starter.

A text is clean when nothing of what models write around texts is found in it. The rate of the raw
answers, measured by the same eye, says what cleaning is worth.
"""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.report import Section, Table
from example_site.blog.loading import flow, read_content
from example_site.blog.models import BlogPage
from tests.answers.test_cleaning import UNITS, seconds_to_clean
from tests.parts.model_server import running_model_server
from tests.providers.contract import collect
from wagtail_llm_actions import fields
from wagtail_llm_actions.answers.characters import is_invisible
from wagtail_llm_actions.answers.cleaning import clean
from wagtail_llm_actions.errors import ProviderError
from wagtail_llm_actions.generation import GenerationRequest
from wagtail_llm_actions.prompts.starters import starters
from wagtail_llm_actions.prompts.variables import TAG
from wagtail_llm_actions.providers.openai import OpenAIProvider
from wagtail_llm_actions.runs.request.prompt import build_prompt, read_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.options import Options
    from benchmarks.rig import Rig

DESTINATIONS = {"Title": "title", "Social post": "summary"}
"""By the name of a starter; the others write into the search description."""
MAX_TOKENS = 80
LONG_CHARS = 200_000
# Looked for apart from the code that cleans, so that the two do not share their mistakes.
UNCLEAN = {
    "the package's own tags": TAG,
    "reasoning or special tokens": re.compile(r"</?think|<\|\w+\|>|</s>|\[/?INST\]"),
    "a fence": re.compile(r"\A```|```\Z"),
    "quotation marks around it": re.compile(r'\A"[^"]*"\Z|\A“[^”]*”\Z'),
    "a lead-in": re.compile(
        r"(?i)\A(?:sure|certainly|of course)[!,]|\Ahere(?:'s| is| are)[^\n]*:|"
        r"\A\W*(?:title|summary|description|answer|post|meta description)\W*:"
    ),
    "a comment": re.compile(
        r"(?i)\n(?:let me know|i hope this|note: (?:i|this))|\(\d+ characters\)\Z"
    ),
    "markup": re.compile(r"\*\*\w|(?m:^#{1,6} )|</?(?:p|b|strong|em|h\d|br|ul|li)\b|&\w+;"),
}


def run(rig: Rig, options: Options) -> Section:
    """Measure, and return one table."""
    posts = options.pick(read_content("posts")["posts"], read_content("posts")["posts"][:1])
    raw: list[str] = []
    cleaned: list[str] = []
    for answer, text in _answers(posts):
        raw.append(answer)
        cleaned.append(text)
    rows = [
        [
            name,
            str(sum(bool(found.search(text)) for text in raw)),
            str(sum(bool(found.search(text)) for text in cleaned)),
        ]
        for name, found in UNCLEAN.items()
    ]
    rows += [
        ["nothing visible", str(sum(map(is_invisible, raw))), str(sum(map(is_invisible, cleaned)))],
        ["clean", _rate(raw), _rate(cleaned)],
    ]
    table = Table(
        title=f"{len(raw)} answers: {len(posts)} posts, {len(starters())} starters",
        columns=["what is in the text", "as the model wrote it", "as the field gets it"],
        rows=rows,
        notes=[f"SmolLM2 135M with at most {MAX_TOKENS} tokens at temperature 0.7."],
    )
    return Section(title="Clean answers", tables=[table, _long_answers()])


def _long_answers() -> Table:
    """Measure answers that never end: the same few characters over and over, for all that cleaning looks for."""
    seconds = {unit: seconds_to_clean(unit, LONG_CHARS) for unit in UNITS}
    slowest = max(seconds, key=lambda unit: seconds[unit])
    return Table(
        title=f"{len(UNITS)} answers of {LONG_CHARS:,} characters, cleaned for one line and for several",
        columns=["answer", "processor time"],
        rows=[
            ["half of them, at most", f"{median(seconds.values()):.2f} s"],
            [f"the slowest: {slowest!r} repeated", f"{seconds[slowest]:.2f} s"],
        ],
    )


def _rate(texts: list[str]) -> str:
    clean_texts = [
        text
        for text in texts
        if not is_invisible(text) and not any(found.search(text) for found in UNCLEAN.values())
    ]
    return f"{len(clean_texts)} ({len(clean_texts) / len(texts):.0%})"


def _answers(posts: list[dict[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each answer and its text; a request that the model refuses has neither."""
    with running_model_server() as server:
        provider = OpenAIProvider(
            alias="local", api_key=server.api_key, base_url=f"{server.url}/v1"
        )
        for post in posts:
            page = BlogPage(
                **{name: post[name] for name in ("title", "subtitle", "summary")},
                intro=flow(post["intro"]),
            )
            for starter in starters():
                path = DESTINATIONS.get(starter.name, "search_description")
                prompt = build_prompt(
                    text=starter.text,
                    system_instructions=starter.system_instructions,
                    instance=page,
                    source=read_source(page, "intro"),
                    destination=path,
                )
                request = GenerationRequest(
                    model=server.model,
                    prompt=prompt.text,
                    system_instructions=prompt.system_instructions,
                    temperature=0.7,
                    max_tokens=MAX_TOKENS,
                )
                try:
                    answer, _result = collect(provider, request)
                except ProviderError:
                    continue
                yield answer, clean(answer, fields.destination_at(BlogPage, path), TAG).text
