"""Tell a verdict on a text, that nothing in it is to be changed, from the text."""

from __future__ import annotations

import re

_A_TEXT = r"(?:the|your|this) (?:(?:provided|original|given|input|entire) )?(?:text|sentence|paragraph|title|content)"
_FAULTS = r"(?:(?:spelling|grammar|grammatical|punctuation|obvious|spelling or grammar) )?(?:changes|corrections|edits|errors|mistakes|typos)"
_SENTENCES = (
    rf"(?:(?:there (?:are|were)|i (?:found|see|made)|{_A_TEXT} (?:contains|has|needs)) )?no (?:further |other )?{_FAULTS}"
    rf"(?: (?:are |were |is )?(?:needed|necessary|required|found|made|to (?:correct|fix|make)))?(?: in {_A_TEXT})?",
    rf"{_A_TEXT} (?:is|was|appears|seems|looks)(?: to be)?(?: already)?(?: grammatically)? (?:correct|error[- ]free|free (?:of|from) {_FAULTS}|fine|perfect|good)"
    r"(?: as (?:it )?is)?(?: and [^.!\n]{0,60})?",
    rf"i (?:did not|didn['’]t|could not|couldn['’]t) find any {_FAULTS}(?: in {_A_TEXT})?",
    r"(?:es (?:sind|waren|gibt) )?keine (?:änderungen|korrekturen|fehler)(?: (?:sind |waren )?(?:nötig|notwendig|erforderlich|gefunden|enthalten))?",
    r"(?:der|dein|ihr|dieser) text (?:ist (?:bereits |schon |so )?(?:fehlerfrei|korrekt|richtig)|enthält keine fehler)",
    r"(?:il n['’]y a )?aucune (?:modification|correction|erreur|faute)(?: n['’]est)?(?: (?:nécessaire|requise|à faire|à signaler|trouvée))?",
    r"(?:le|votre|ce) texte (?:est (?:déjà )?(?:correct|sans faute)|ne contient (?:aucune|pas d['’]) ?(?:erreur|faute)s?)",
    r"no (?:hay|(?:se )?(?:necesitan|requieren|encontr(?:aron|é)|necesita|requiere)|son necesari[oa]s)(?: ningún| ninguna)? (?:cambios?|correcci(?:ón|ones)|error(?:es)?)(?: necesari[oa]s| que hacer)?",
    r"(?:el|tu|su|este) texto (?:ya )?(?:es|está) (?:ya )?(?:correcto|bien)(?: escrito)?",
)
_NO_CHANGES = re.compile(
    rf"(?i)\W{{0,5}}(?:(?:{'|'.join(_SENTENCES)})(?:[.!]|(?=\W*(?:\n|\Z)))\W{{0,5}}?){{1,3}}(?=\W*(?:\n|\Z))"
)


def no_changes(text: str) -> int:
    """Return the length of the sentences at the beginning of an answer that say so; 0 for none.

    An article may begin so, too: they count where the text was given to the model to be worked on.
    """
    found = _NO_CHANGES.match(text)
    return found.end() if found else 0
