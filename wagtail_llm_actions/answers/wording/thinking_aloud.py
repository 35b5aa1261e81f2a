"""Find what a model thinks aloud before its text, without any mark around it."""

from __future__ import annotations

import re

from wagtail_llm_actions.answers.wording.comments import COMMENT
from wagtail_llm_actions.answers.wording.phrases import TEXT

_BEGINS = (
    r"(?:(?:okay|ok|alright|all right|hmm+|right|well|so|also|gut|bon|bien)[,.!]? (?:so,? )?)?"
)
_ASKED = (
    r"(?:(?:the )?user (?:wants?|asks?|asked|is asking|needs?|would like|requests?|requested)"
    r"|der (?:nutzer|benutzer|anwender) (?:möchte|will|wünscht|braucht|bittet|fragt)"
    r"|l['’]utilisateur (?:veut|souhaite|demande|voudrait)"
    r"|el usuario (?:quiere|pide|solicita|necesita|desea))\b"
)
_NEEDED = (
    r"(?:(?:i|we) (?:need|have to|must|should)|i(?:['’]ll| will) (?:write|create|make|suggest|need)"
    r"|(?:ich|wir) (?:brauchen?|muss|müssen|sollte)|je dois|il (?:me )?faut|nous devons|necesito|(?:debo|tengo que))\b"
)
_WORK = (
    r"\b(?:(?:i(?:['’]ll| will| should| need to| must|['’]m going to)|let me|let['’]s)"
    r" (?:\w+ )?(?:write|create|craft|make|produce|provide|give|draft|keep|focus|summari[sz]e|rewrite|correct|proofread|translate|simplify|shorten)"
    r"|ich (?:schreibe|formuliere|erstelle|werde|muss|sollte|fasse|korrigiere|übersetze)"
    r"|je (?:vais|dois|rédige|propose|résume|corrige|traduis)"
    r"|(?:voy a|debo|tengo que) (?:escribir|crear|redactar|resumir|corregir|traducir))\b"
)
_PLANS = re.compile(rf"(?is){_BEGINS}{_ASKED}[^\n.]*{TEXT}.*{_WORK}")
"""A paragraph that says who asked for which text, and what the model is going to do."""
_THINKS = re.compile(
    rf"(?i){_BEGINS}(?:(?:let me|let['’]s|i(?:['’]ll| will| need to)) think\b[^\n.:…]{{0,60}}"
    r"|(?:ich|lass(?:en sie)? mich|lasst mich) (?:kurz |erst |mal )?(?:denke|nachdenken|überlegen?)\b[^\n.:…]{0,60}"
    r"|laisse(?:z)?[- ]moi réfléchir\b[^\n.:…]{0,60}|(?:déjame|déjeme) pensar\b[^\n.:…]{0,60}"
    rf"|(?:{_ASKED}|{_NEEDED})[^\n.:…]{{0,80}}{TEXT}[^\n.:…]{{0,80}})[.:…]"
)
"""A line that begins so says nothing else in a field of one line, which has a line more."""
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n\s*")
_LINE_END = re.compile(r"\n\s*")


def thinking_aloud(text: str, *, is_one_line: bool) -> int:
    """Return how many characters in front of a text are what the model thinks about its task.

    Many texts of several paragraphs begin with “Let me think about this.”; what a user wants, and
    what the model is going to write, is said by no text.
    """
    end = _PARAGRAPH_END.search(text)
    if not is_one_line:
        return end.end() if end and _PLANS.match(text, 0, end.start()) else 0
    if not _THINKS.match(text):
        return 0
    # The text is what stands last, above what is said about it.
    starts = [found.end() for found in (_PARAGRAPH_END if end else _LINE_END).finditer(text)]
    return next((start for start in reversed(starts) if not COMMENT.match(text, start)), 0)
