"""What assistants say below a text: counts, explanations, offers to change it.

A paragraph counts only where it speaks of the text itself or offers another one. Correct texts end
with "Let me know if you are coming" and "Feel free to bring a friend".
"""

from __future__ import annotations

import re

from wagtail_llm_actions.answers.wording.phrases import DONE, TEXT

MAX_COUNT_CHARS = 40
MIN_COUNTED_WORDS = 3
"""Of fewer, nobody gives a count: “Scrabble – 7 letters”."""
_UNIT = (
    r"(?:characters?|chars?|words?|letters?|zeichen|wörter|caractères|mots|caracteres|palabras|tekens|woorden"
    r"|caratteri|parole|znaków|tecken|tegn|символов|знаков|字符|文字|字)"
)
_SPECIFICATION = r"(?:\s?(?:long|total|in total|max(?:imum)?|with(?:out)? spaces|including spaces|lang|insgesamt|in[ck]l\.?[^()\[\]\n]{0,20}|mit leerzeichen|espaces compris|con espacios)|[,;/|][^()\[\]\n]{0,60})?"
_COUNT = (
    r"(?:(?:about|approx(?:imately|\.)?|around|exactly|only|total|length|count|just|under|note:|ca?\.|etwa|genau|environ|unos"
    rf"|(?:character|word) count)[:\s]*)?~?\d[\d,.]*\s*(?:/\s*\d+\s*)?(?:-\s*)?[个個]?{_UNIT}(?!\w)"
)
COUNT = re.compile(rf"(?i)\s*[(\[（{{<*_]+\s*{_COUNT}{_SPECIFICATION}\s*[)\]）}}>*_]+\.?\s*$")
"""A count of characters behind the text."""
_LOOSE_COUNT = re.compile(
    rf"(?i)[ \t]*(?:(?:[-–—|~,]|//|→|=)[ \t]*(?P<count>\d{{1,3}}) ?{_UNIT}|`(?P<code>\d{{1,3}}) ?{_UNIT}`|[(\[](?P<of>\d{{1,3}}) ?/ ?\d{{2,3}}[)\]])\.?\Z"
)


def loose_count(text: str) -> int | None:
    """Return where a count without brackets begins; it must be about right, as many texts name numbers."""
    found = _LOOSE_COUNT.search(text, max(0, len(text) - MAX_COUNT_CHARS))
    if found is None:
        return None
    count, counted = int(next(filter(None, found.groups()))), text[: found.start()]
    chars, words = len(counted), len(counted.split())
    is_right = abs(count - chars) <= chars / 4 or abs(count - words) <= 1
    return found.start() if is_right and words >= MIN_COUNTED_WORDS else None


_THE_TEXT = (
    r"(?:the|this|my|that|your|above|der|die|das|dieser?|dieses|ce|cette|le|la|este|esta|el|deze|dit|questo|questa|il)\s"
    rf"(?:[\w-]+\s){{0,3}}?{TEXT}"
)
_ABOUT = (
    rf"(?:{TEXT}|\b(?:spelling|grammar|punctuation|typos?|errors?|mistakes?|tone|length|wording|original|meaning|wordy"
    r"|changes|it (?:short|concise|brief|simple|under|within|close)|characters|capitali[sz]ation|phrasing|clarity|key points?|rechtschreibung|grammatik|fehler|zeichensetzung|fautes"
    r"|orthographe|errores|ortografía|fouten|errori|refusi)\b|\b(?:kept|made) it\b)"
)
_IS_ABOUT = (
    r"(?:is|was|has|stays|keeps|contains|remains|uses|hat|ist|fait|est|tiene|es|ha|è|heeft)\b[^\n]*"
    rf"(?:\b(?:short|concise|kurz|prägnant|court|concis|bref|corto|breve|conciso|kort|simplified|shortened|corrected|translated|rewritten|edited|generated|kept|tone|length|meaning|original|limit)\b|{_UNIT})"
)
_CHANGE = (
    rf"(?:{TEXT}|\b(?:chang\w+|adjust\w*|revis\w+|tweak\w*|edit\w*|modif\w+|variations?|anything else|something else|another"
    r"|different|more options|rewrit\w+|shorter|longer|refine\w*|works for you|this works|further|alternatives?)\b)"
)
_CHANGES = (
    r"(?:änder\w*|anpass\w*|andere\w*|weitere\w*|kürz\w*|modif\w+|changement\w*|ajust\w*|autres?|cambi\w*|otr[oa]s?|más"
    r"|wijzig\w*|aanpass\w*|andere|meer|nog iets|modific\w*|altr[oiae]|mudan\w*|alter\w*|outr[oa]s?|mais)"
)

_COMMENTS = (
    # Counts and headings.
    rf"{_COUNT}{_SPECIFICATION}[)\]）*_.]*\s*$|(?:total )?(?:character|word|letter)s?(?: count)?\s*:\s*~?\d|(?:length|länge|longueur|longitud)\s*:\s*\d"
    r"|zeichen(?:zahl|anzahl)?\s*:\s*\d",
    r"(?:explanation|rationale|reasoning|justification|why (?:this|it|the)\b[^\n]*works|what speaks for[^\n]*"
    r"|what i changed|erklärung|begründung|explication"
    r"|explicación|toelichting|uitleg|spiegazione)(?::?\**\s*$|:\*\*|\*\*:"
    rf"|[^\n]*\bworks\b|\s?:\s(?:i\b|it\b|ich\b|je\b|he\b|{_THE_TEXT}))",
    r"(?:(?:the )?(?:key|main) changes|summary of changes|changes made|corrections? made)(?: are)?\s*(?::|\*\*|$)"
    r"|(?:(?:vorgenommene (?:änderungen|korrekturen))|(?:modifications|corrections) (?:apportées|effectuées)|(?:cambios|ajustes) realizados"
    r"|correcciones realizadas|(?:modifiche|correzioni) (?:apportate|effettuate)|(?:alterações|correções) (?:feitas|realizadas)"
    r"|aangebrachte (?:wijzigingen|correcties)|wprowadzone (?:zmiany|poprawki)|provedené (?:změny|opravy)|внесённые (?:изменения|исправления)"
    r"|yapılan (?:değişiklikler|düzeltmeler)|修改(?:说明|說明))[ \u00a0]?(?:[:：]|\*\*|$)|as an ai\b",
    # About the text.
    r"(?:note|please note|n\.?b\.?|anmerkung|hinweis|remarque|nota|opmerking)\b(?: that)?\s*[:,]?\*{0,2}\s*(?:that\s|dass\s)?"
    rf"(?:i(?:['’]ve| have)?\s(?:\w+\s)?(?:kept|made|chose|used|corrected|changed|avoided|removed|tried|left|assumed|translated|simplified|shortened|rephrased|rewritten|revised|fixed|edited|adjusted|preserved)\b"
    rf"|ich habe\b|j['’]ai\b|he (?:mantenido|corregido|usado|cambiado)\b|{_THE_TEXT} {_IS_ABOUT}|{_THE_TEXT} (?:had|contained) (?:no|some|several|a few) (?:\w+ )?(?:errors|mistakes|typos)"
    r"|(?:the )?(?:original )?(?:meaning|tone|content|structure) (?:was|is|has been) (?:kept|preserved|unchanged|maintained|retained)|as an ai"
    rf"|(?:this|it) (?:is|has) (?!not\b)[^\n.,]{{0,40}}(?:{_UNIT}|{TEXT}))",
    rf"{_THE_TEXT}\s(?:(?:also|above|now|effectively|successfully|concisely|clearly|accurately|should|aims to)\s){{0,2}}(?:\b(?:captures?|conveys?|highlights?|reflects?|emphasi[sz]es|evokes?|stays|aims|summari[sz]es"
    r"|hebt|enthält|bleibt|fasst|résume|résume bien|resume|is (?:short|concise|under|within|engaging|catchy|brief)"
    r"|has no (?:errors|mistakes)|ist (?:kurz|prägnant)|est (?:court|concis|bref|accrocheur)|es (?:corto|breve|conciso)"
    rf"|is kort|è breve)\b|(?:is|has) (?:about |only |exactly )?\d+ {_UNIT})",
    rf"(?:this (?:one|version)(?! (?:of|was))|in this version,? i|it(?=['’]s (?:short|brief|concise|catchy|clear|simple|under|within)| (?:keeps|highlights|captures|emphasi[sz]es|conveys|maintains|mentions|uses|is (?:short|under|within|about \d|only \d|brief|concise|catchy|clear|simple))))(?:['’]s| is)?\b[^\n]*(?:\b(?:short and|shorter and|concise and|catchy)\b|{_ABOUT})"
    r"(?=[^\n]{0,120}$)",
    rf"(?:i(?:['’]ve| have)?|we(?:['’]ve| have)) (?:kept|made|chose|chosen|used|corrected|changed|tried|avoided|focused"
    rf"|removed|fixed|aimed|translated|rewrote|rewritten|simplified|shortened|rephrased)\b[^\n]*{_ABOUT}",
    r"no (?:other |further )?changes (?:were |are )?(?:made|needed|necessary|required)",
    r"the (?:original|given|provided|input) text (?:was|is) (?:already )?(?:correct|error-free)|(?:this|that)(?:['’]s| is) (?:about |only |exactly )?"
    rf"\d+ {_UNIT}[^?\n]*$|(?:need|want) (?:more|other|different) {TEXT}\?",
    r"here(?:['’]s| is| are)(?: the| a list of(?: the)?)? (?:changes|corrections|edits|improvements)\b|explanation of (?:the )?changes"
    rf"|the {TEXT} above has been\b|there (?:were|are) no (?:\w+ )?(?:errors|mistakes|typos) in (?:the|your) {TEXT}"
    r"|this (?:\w+ )?(?:version|rewrite|rewriting) (?:keeps|maintains|preserves|retains)\b",
    rf"{_THE_TEXT} (?:is|reads|should be) now (?:easier|clearer|simpler|shorter|more|free of)\b"
    r"|(?:edited|rewritten|simplified|shortened|revised|proofread) for (?:clarity|brevity|readability|length|simplicity|concision)\b[^\n]{0,40}$"
    r"|feel free to (?:reach out|contact me)\b[^\n]*\b(?:editing|rewriting|proofreading|translating)\b",
    r"this (?:version|rewrite|translation|wording|title|headline) is (?:clear|simple|accurate|direct)(?: and|[,.]|$)",
    rf"this (?:captures|conveys|highlights|summari[sz]es|reflects) the\b[^\n]*(?:essence|main|key|{TEXT})"
    r"|it (?:summari[sz]es|captures|conveys) the (?:main|key|essence)"
    r"|i used (?:simple|plain|short|clear|everyday)\b[^\n]*\b(?:words?|language|sentences?)\b",
    rf"this {TEXT} was (?:generated|written|created) (?:by|with) (?:an )?(?:ai|artificial)\b|disclaimer:[^\n]*\b(?:ai|language model)\b",
    rf"(?:alternative {TEXT}|(?:other|more|further) (?:title|headline) (?:options|suggestions|ideas))\s?:\**\s*$",
    rf"gerne (?:kann|mache|schreibe|erstelle) ich\b[^\n]*{_CHANGES}",
    r"ich habe\b[^\n]*\b(?:korrigiert|gekürzt|angepasst|geändert|vereinfacht|übersetzt|beibehalten|verbessert|gehalten)\b",
    r"j['’]ai\s(?:corrigé|raccourci|modifié|simplifié|traduit|gardé|conservé)\b|he (?:corregido|acortado|simplificado"
    r"|traducido|mantenido)\b|ho (?:corretto|semplificato|tradotto)\b|ik heb\b[^\n]*\b(?:gecorrigeerd|ingekort|vertaald|aangepast)\b",
    # Offers.
    rf"(?:please |just )?let me know\b[^\n]*{_CHANGE}|(?:please |just )?let me know!?$|tell me if\b[^\n]*{_CHANGE}",
    rf"i hope (?:this|that|it|these|you|{_THE_TEXT})\b[^\n]*\b(?:helps?|meets?|works? for|fits?|is useful|is helpful|like it(?=\W*$)"
    r"|suits?|expect)|hope (?:this|that|it|you like it)\b[^\n]{0,20}(?:helps|it)",
    rf"feel free to\b[^\n]*\b(?:adjust|modify|tweak|edit|customi[sz]e|change) (?:it|this|the|any|them|as)\b"
    rf"|feel free to (?:ask|let me know|use it|use this)\b(?:[^\n]*{_CHANGE}|[^\n]{{0,20}}$)|don['’]t hesitate to\b[^\n]*{_CHANGE}",
    rf"(?:would you like|do you want|want) me to\b|(?:would you like|do you want|do you need) (?:any |some )?(?:more|another|a (?:different|shorter|longer) {TEXT}|other|anything)\b[^\n]*\?"
    r"|(?:shall|should|can) i (?:also |help|make|write|suggest|adjust|shorten|rewrite|create|provide|revise|try)\b[^\n]*\?"
    r"|(?:is there|do you need) anything else",
    rf"if you(?:['’]d| would)? (?:like|want|need|prefer)\b[^\n]*(?:\bi can (?:also )?(?:\w+ )?(?:make|write|provide|adjust|create"
    rf"|suggest|shorten|revise|offer|generate|help|do)\b|{_CHANGE}[^\n]*\b(?:let me|just (?:let|ask|say|tell)|tell me|ask)\b|\blet me know\b[^\n]*{_CHANGE})"
    r"|if (?:this|it) doesn['’]t (?:fit|work|suit)\b",
    rf"lass(?:en sie)? (?:es )?mich (?:gerne )?wissen\b[^\n]*{_CHANGES}|(?:sag|geben sie mir)\b[^\n]*\bbescheid\b"
    r"|ich hoffe,? (?:das|dies|dass|es|der|die)\b[^\n]*\b(?:hilft|helfen|gefällt|passt|entspricht)",
    rf"(?:wenn|falls) (?:du|sie)\b[^\n]*(?:\b(?:kann|könnte) ich\b|{_CHANGES}[^\n]*\b(?:ich|bescheid|wissen|sag))|soll ich\b[^\n]*(?:{TEXT}|{_CHANGES})"
    rf"|(?:möchtest du|möchten sie|brauchst du|brauchen sie)\b[^\n]*(?:{TEXT}|{_CHANGES})[^\n]*\?|(?:gefällt|passt) (?:dir|ihnen) {_THE_TEXT}",
    rf"n['’]hésite(?:z)? pas à\b[^\n]*(?:{_CHANGES}|\bme (?:dire|demander|faire))|j['’]espère que (?:cela|ça|ce {TEXT})"
    rf"|(?:souhaitez|voulez)-vous que je|(?:souhaitez|voulez)-vous\b[^\n]*{_CHANGES}|si vous (?:souhaitez|voulez|avez besoin)\b[^\n]*(?:je peux|dites-le|{_CHANGES})"
    rf"|dites-moi si\b[^\n]*{_CHANGES}",
    rf"espero que (?:esto|(?:te|le) (?:sirva|ayude|sea)|te guste(?=\W*$|[^\n]*{TEXT})|sea (?:útil|de ayuda)|ajude|isso|goste)|(?:avísame|házmelo saber|dímelo) si\b"
    rf"|si (?:quieres|necesitas|deseas)\b[^\n]*(?:puedo|dímelo|avísame|{_CHANGES})|no dudes en (?:ped\w+|decir\w+|avisar\w*|preguntar\w*)"
    rf"|¿(?:te gustaría|quieres|deseas)\b[^\n]*{_CHANGES}",
    rf"ik hoop dat (?:dit|het|deze)|laat (?:het )?me(?: het)? weten\b[^\n]*{_CHANGES}|wil je (?:dat ik|nog|meer|andere)\b|als je wilt, kan ik"
    rf"|fammi sapere\b|spero che (?:questo|ti|sia)|se vuoi,? posso|vuoi (?:che|altr)|(?:me avise|avise-me) se|se (?:quiser|precisar)\b[^\n]*(?:posso|{_CHANGES})"
    rf"|gostaria (?:que|de)\b[^\n]*{_CHANGES}",
    r"(?:mam nadzieję, że to|daj znać, (?:jeśli|czy)|hoppas (?:det|att)|håber (?:det|at)|надеюсь,? это|дайте знать,? если"
    r"|если хотите,? (?:я )?могу|jeg (?:håber|håper),? (?:det|at|dette)\b[^\n]{0,20}hj[eæ]lp|toivottavasti tästä on|doufám, že (?:to|vám|ti) (?:pomůže|pomohlo)"
    r"|dúfam, že (?:to|vám) pomô|remélem,? (?:ez )?segít|sper că (?:te |vă )?ajut|umarım (?:yardımcı|işinize)|сподіваюся,? це (?:допом|стан)|надявам се,? (?:това )?да"
    r"|ελπίζω να (?:βοηθ|σας|σου)|espero que (?:us|et) (?:serveixi|sigui)|hy vọng (?:điều )?này|semoga (?:ini )?membantu|หวังว่าจะ(?:เป็นประโยชน์|ช่วย))",
    r"(?:希望|祝)(?:这|對|对|您|你)[^\n]*(?:帮助|幫助|有用|喜欢|满意|要求)|(?:如果|若|如)(?:您|你)?(?:需|需要|想|有)[^\n]*(?:修改|调整|調整|其他|更多|版本)"
    r"|[^\n]*(?:修正|変更|調整|別の案|他の案)[^\n]*(?:お知らせ|おっしゃって|お申し付け|いたします)|お役に立て(?:れば|ましたら)|[^\n]*ご(?:要望|希望)[^\n]*お知らせ|いかがでしょうか|آمل أن (?:يكون هذا|تكون)|מקווה שזה|امیدوارم (?:این )?(?:مفید|کمک)|आशा है कि यह|도움이 되|[^\n]*(?:수정|변경)[^\n]*(?:말씀|알려)",
)
CHANGES = re.compile(
    r"(?i)[*_#\s]{0,9}(?:changes|corrections|edits|änderungen|korrekturen|modifications|cambios|correcciones|modifiche|correzioni"
    r"|alterações|correções|wijzigingen|correcties|ändringar|rättelser|ændringer|rettelser|endringer|muutokset|korjaukset|zmiany|poprawki"
    r"|změny|opravy|зміни|виправлення|изменения|исправления|değişiklikler|düzeltmeler|修正点|変更点|修改|수정 사항|التغييرات)[ \u00a0]?[:：]\**\s*\n"
    r"\s*(?:[-*•]|\d[.)])[^\n]*"
    r"(?:→|->|=>|[\"”“] (?:to|with|instead)\b|\b(?:grammar|spelling|punctuation|typos?)\b"
    r"|\b(?:komma|grammati|rechtschreib|zeichensetzung|interpunkt|tippfehler|orthograph|grammaire|ponctuation|virgule|accord\b|ortogr|gramátic|puntuación|tilde"
    r"|vírgula|virgola|punteggiatura|przecin|čárk|запят|орфограф|пунктуац|кома\b|virgül|yazım)|标点|错别字|句読点|誤字|쉼표|맞춤법|فاصلة)"
)
"""A heading and the first change of a list; both may stand at the end of a text about something else."""
ON_A_LINE = re.compile(
    r"(?i)(?:key ?words?|tags?|tone|style|language|length|confidence|score|sources?|rationale|reasoning|explanation|disclaimer"
    rf"|(?:alternative|other|more|another) {TEXT}|alternatives?|edit|p\.?\s?s\.?|q|input|instruction|what i changed|stichw[oö]rter|schlagw[oö]rter"
    r"|mots[- ]clés|palabras clave|tonalität|sprache|quellen?|langue|idioma|fuentes?)\s?[:：]"
    r"|[-=]{3,}$|(?:thanks|thank you|enjoy|cheers|good luck|you['’]re welcome|let me know(?: what you think)?|need more(?: \w+)?|want (?:more|another)(?: \w+)?)[!?.]*(?:\s*just ask[!.]?)?$"
    r"|i['’]m here to help|happy to (?:help|refine|adjust|change|revise)|you can (?:adjust|modify|tweak|edit|change|customi[sz]e) (?:it|this|them)\b"
    r"|here(?:['’]s| is) why\b[^\n]*:|best regards,?$|[(\[](?:alternative|or|alt|oder|ou)\b|(?:or|oder|ou|o)(?:[,:]?$|[,:]?\s[\"“„«*])"
    rf"|(?:option|version|variante?|{TEXT})\s(?:[2-9]|[B-E])\s?[:.)]|[2-9][.)]\s"
)
"""What is no second line of a title."""
_ANY = "(?:" + "|".join(_COMMENTS) + ")"
COMMENT = re.compile(rf"(?i)[(\[*_]*(?:{DONE}\s+)?{_ANY}")
"""The beginning of a comment below the text."""
REMARK = re.compile(rf"(?i)\s*[(\[（]+[*_]*{_ANY}[^()\[\]\n]{{0,200}}[)\]）*_]+\.?\s*$")
"""A comment in brackets behind the text."""
