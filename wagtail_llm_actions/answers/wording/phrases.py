"""What assistants say before a text.

A phrase counts only where it speaks of the text itself: "Here is a title", not "Here is where the
river ends".
"""

from __future__ import annotations

import re

from wagtail_llm_actions.answers.wording.vocabulary import (
    AFTERWORDS,
    AGREEMENTS,
    ARTICLES,
    PRESENTATIONS,
    QUALIFIERS,
    RESULTS,
    STYLES,
    STYLES_JOINED,
    TEXTS,
    UNSPACED_TEXTS,
    either,
)

APOSTROPHE = r"['’]"
_AGREEMENT = either(AGREEMENTS)
_SPACED_TEXT = either(TEXTS)
TEXT = rf"(?:(?<!\w){_SPACED_TEXT}(?!\w)|{either(UNSPACED_TEXTS)})"
_ANY_TEXT = rf"(?:{TEXT}|(?<!\w){either(RESULTS)}(?!\w))"
_PRESENTATION = rf"(?<!\w){either(PRESENTATIONS)}"
_COLON = r"[ \t\u00a0]*[:：](?!(?<=\d:)\d)"

LABEL = (
    rf"(?:{either(ARTICLES)}\s(?=(?!new|neu|nouv|nuev|nuov|nov){either(QUALIFIERS)}\s|{TEXT}\s{either(AFTERWORDS)}))?"
    rf"(?:{either(QUALIFIERS)}\s){{0,3}}{TEXT}(?:\s{either(AFTERWORDS)})?(?:\s(?:for|of) (?:the|your|this) (?:article|page|post|blog post|text|story))?(?:\s?[(\[][^()\[\]\n]{{1,30}}[)\]])?"
)
_WITHIN = r"(?:(?!(?<![A-Z].)[.!?][ \t])[^:：\n])"
"""A character of the same sentence."""
_NUMBER = r"(?:\s?#?(?:\d{1,2}|[A-E])(?!\w))?"
_AGREED = rf"(?:{_AGREEMENT}[ \u00a0]?[!,.:;！，。：]+\s*)"

_NAMING = (
    rf"(?:i(?:{APOSTROPHE}d| would| can)?|let me|we (?:could|can)|you (?:could|can|might))(?: just)? (?:go with|suggest|recommend|propose|title|call|use|name|choose|pick)(?: (?:it|this|that|this one|the following))?"
    rf"|call it|(?:here{APOSTROPHE}s|here is) what i came up with|je (?:vous |te )?(?:propose|suggère)|aquí (?:tienes|está)|aqui (?:está|vai)|(?:ti )?propongo"
    r"|(?:gpt\d? correct )?assistant"
)
"""Calls something by the name that follows."""
_AS_AI = (
    rf"(?:as an? (?:ai|artificial intelligence|(?:large )?language model)\b[^:：,\n]{{0,30}},\s(?:i(?:{APOSTROPHE}d| would| can)?|may i) (?:suggest|recommend|propose)"
    rf"|als (?:ki|sprachmodell)\b[^:：,\n]{{0,30}}(?:schlage|empfehle|würde) ich"
    rf"|en tant qu(?:{APOSTROPHE}|e )(?:ia|modèle de langage|intelligence artificielle)\b[^:：,\n]{{0,30}},\sje (?:vous |te )?(?:propose|suggère|recommande)"
    rf"|como (?:ia|(?:un )?modelo de lenguaje|inteligencia artificial)\b[^:：,\n]{{0,30}},\s(?:te |le )?(?:propongo|sugiero|recomiendo)){_WITHIN}{{0,60}}"
)
"""Speaks of itself before it suggests the text."""
_DASHED = r"(?:title|titel|titre|título|titolo|tytuł)\s?[-–—]\s+"
LEAD_IN_ON_LINE = re.compile(
    rf"(?i){_AGREED}{{0,2}}(?:(?:(?:thinking|given|considering|looking|having|taking)\b[^:：,\n]{{0,80}},\s)?{_PRESENTATION}{_WITHIN}{{0,100}}?{_ANY_TEXT}{_WITHIN}{{0,80}}"
    rf"|{_PRESENTATION}\s(?:one|it is|you go|this|the following)|(?:here|hier|voici|aquí|aqui) (?:you go|it is)"
    rf"|(?:here|there) (?:you go|it is)|(?:how|what) about(?: this(?: one)?)?|try this|{_NAMING}|here it is|i{APOSTROPHE}d suggest|i suggest"
    rf"|(?:an?|one|the|my|your|eine?|der|une?|le|un|una|el|een|de)\s(?:[\w-]+\s){{0,4}}?{TEXT}\s(?:[\w-]+\s){{0,6}}?"
    rf"(?:is|are|be|would be|could be|might be|wäre|ist|lautet|könnte sein|könnte lauten|serait|est|sería|es|podría ser|zou zijn|is)"
    rf"|{_AS_AI}|assistant|{LABEL}|[\[【]{LABEL}[\]】]){_COLON}(?!//)\s*"
    rf"|(?i:sure(?: thing)?|certainly)!\s+(?=\S)|(?i:[\[【]{LABEL}[\]】])\s*(?=\S)|{_DASHED}|[:：][ ]+(?=\S)"
)
"""In front of the text on its own line."""
NEEDS_CAPITAL = re.compile(
    rf"(?i)(?:{_DASHED}|(?:sure(?: thing)?|certainly)!\s+|[\[【]{LABEL}[\]】]\s*|(?:{LABEL}|assistant|{_NAMING}|{_PRESENTATION}[^:：\n]*){_COLON}\s*)"
)
"""Words that go on in lower case belong to it: “Title: the fight of the century”."""

_NAMED = r"(?:title|headline|heading|subject line|slogan|tagline|titel|überschrift|titre|título|titolo|kop)"
_FOR_IT = r"(?:for|für|pour|para) (?:this|the|your|diesen|den|das|ihren|cet|cette|l['’]|le|votre|este|esta|el|la|tu|su)\s?(?:blog ?)?(?:article|post|text|page|story|piece|artikel|beitrag|seite|texte|billet|artículo|texto|página|entrada)"
_IS = r"(?:is|be|wäre|ist|lautet|sein|lauten|serait|est|sería|es|zijn)"
_QUOTED = r"[\"“„«]\s?({}[^\s\"“”„«»]+)\s?[\"“”»]"
_A_QUOTED_WORD = _QUOTED.format(r"(?:[^\s\"“”„«»]+\s+)*")
_QUOTED_WORDS = _QUOTED.format(r"(?:[^\s\"“”„«»]+\s+){2,}")
QUOTED_NAME = re.compile(
    rf"(?i)(?:{_AGREEMENT}[!,.]\s+)?(?:(?:how|what) about|wie wäre es mit|que diriez-vous de|{_NAMING}"
    rf"|(?:[^\W\d_][\w-]*\s){{1,5}}?{_NAMED}\s(?:[\w-]+\s){{0,6}}?{_IS})"
    rf"[:,]?\s{_QUOTED_WORDS}[.!?]?"
    rf"|(?:[^\W\d_][\w-]*\s){{1,3}}?{_NAMED}\s{_FOR_IT}\s(?:[\w-]+\s)?{_IS}[:,]?\s{_A_QUOTED_WORD}[.!?]?"
    rf"|(?:the|an?|der|ein|le|un|el|il|o|de)\s(?:title|titel|titre|título|titolo){_COLON}\s*{_A_QUOTED_WORD}[.!?]?"
    rf"|{_QUOTED_WORDS}\s(?:(?:would|could|might)\s(?:be|make)|(?:works|would work)(?: well)? as|makes|{_IS})\s(?:an?|the|my|eine?|une?|una)\s"
    rf"(?:[\w-]+\s){{0,3}}?{_NAMED}(?:\s[\w-]+)?(?:\s{_FOR_IT})?[.!]?"
)
"""“A possible title could be “The tide came early”.”: the text is in the quotation marks."""

_WORKED = r"(?:corrected|simplified|rewritten|rewrote|translated|summari[sz]ed|shortened|edited|proofread|revised|rephrased|improved|fixed)"

DONE = r"(?:(?:all )?done|finished|erledigt|fertig|terminé|c['’]est fait|listo|hecho)[!.:]"
_REPORTED = (
    rf"(?:i(?:{APOSTROPHE}ve| have)? {_WORKED}\b[^\n]*\b(?:mistakes?|errors?|typos?|spelling|grammar|punctuation)\b[^\n]*"
    r"|ich habe\b[^\n]*\bfehler\b[^\n]*|j['’]ai (?:corrigé|modifié)\b[^\n]*\b(?:fautes?|erreurs?)\b[^\n]*|he corregido\b[^\n]*\berror(?:es)?\b[^\n]*)"
)
"""What was done to a text."""
_BEFORE = r"(?:[^:：\n]{1,120}[,.!]\s)?"
_NAME = rf"{_ANY_TEXT}(?![.`]\w)"
INTRODUCTION = re.compile(rf"(?i){_BEFORE}{_PRESENTATION}[^\n]*?{_NAME}[^\n]*")
# Many texts begin with “This is the first version of …”.
_PRESENTED = (
    rf"{_BEFORE}(?:{_PRESENTATION}(?<!this is)[^\n]*?{_NAME}[^\n]*[:：.]"
    rf"|this is (?:the|an?|my|your)\s(?:\S+\s){{0,6}}?{_NAME}[^\n]{{0,60}}[:：])"
)
LEAD_IN_LINE = re.compile(
    rf"(?i)(?:{_AGREEMENT}\s?(?:[!.,:！，。：]|\s*$)(?:[^\n]*(?:[:：]|{TEXT}[^\n]*[.!])|\s*"
    rf"|\s*i(?:{APOSTROPHE}d| can| will|{APOSTROPHE}ll| would)\b[^\n]*[.!]?)"
    rf"|{_AGREED}{{1,2}}(?:{_AGREEMENT}[!.]?)?|(?:i|we)(?:{APOSTROPHE}ve| have)? {_WORKED}\b[^\n]*{_ANY_TEXT}[^\n]*[:：]"
    rf"|{_PRESENTED}|{_AGREED}{{0,2}}(?!(?:try|consider)\s?:){_PRESENTATION}(?:\s(?:it is|one|this|you go|we go))?\s?[:：]"
    rf"|(?:an?|one|the|my|eine?|une?|un|una|der|een|um|uma)\s(?:[\w-]+\s){{0,4}}?{TEXT}\s(?:for|could be|would be|might be|könnte|wäre|serait|sería|lautet|is|ist|est|es|zou)(?!\w)[^\n]*[:：]"
    rf"|(?:assistant|ai|assistent|model|bot|antwort|réponse)\s*[:：]?"
    rf"|(?:[✅✔☑]️?\s*)(?:{DONE}\s*)?{_REPORTED}|{DONE}\s+{_REPORTED}"
    rf"|{_AGREED}{{0,2}}here (?:you go|you are|it is|we go)[!.:]*|[\[【]?{LABEL}{_NUMBER}[\]】]?\s*[:：]?|\d[.)])"
)
"""A line of its own above the text."""
BARE_LABEL = re.compile(rf"(?i){LABEL}{_NUMBER}")
ONLY_LABEL = re.compile(rf"(?i){LABEL}{_COLON}\s*")

_STYLE = either(STYLES)
STYLE_LABEL = re.compile(
    rf"(?i)\*{{0,2}}{_STYLE}(?:{STYLES_JOINED}{_STYLE}){{0,2}}(?:\s{TEXT})?(?:[:：]\*\*|(?:\*\*)?{_COLON})\s*(?-i:(?=[^\sa-z]))"
)
"""“Playful: The sea”, one of several texts."""
