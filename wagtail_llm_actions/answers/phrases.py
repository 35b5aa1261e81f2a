"""What assistants say before and after a text, in the languages that sites are mostly written in.

A phrase counts only where it speaks of the text itself: "Here is a title", not "Here is where the
river ends".
"""

from __future__ import annotations

import re

APOSTROPHE = r"['’]"

YES = (
    r"(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|alright|great(?: question)?|no problem"
    r"|gladly|happy to help|with pleasure|yes|got it|understood|definitely|perfect"
    r"|natürlich|klar(?: doch)?|gerne?|sicher|selbstverständlich|verstanden|alles klar"
    r"|bien sûr|certainement|avec plaisir|d['’]accord|volontiers|absolument|parfait"
    r"|claro(?: que sí)?|por supuesto|desde luego|con gusto|entendido|¡claro!?|¡por supuesto!?"
    r"|natuurlijk|zeker|uiteraard|met plezier|prima"
    r"|certo|certamente|volentieri|ecco|com certeza|com prazer"
    r"|好的|当然|没问题|もちろんです?|はい|承知しました|конечно|хорошо)"
)
"""Agreement, in front of anything else."""

TEXT = (
    r"(?:sub|meta[- ]?)?(?:title|headline|heading|summary|description|caption|alt(?:ernative)?[ -]?text|tagline"
    r"|version|translation|rewrite|revision|paraphrase|post|tweet|suggestion|option|proposal|draft"
    r"|sentence|paragraph|abstract|teaser|slogan|answer|response|output|text)s?"
    r"|(?:meta[- ]?|alternativ)?(?:unter)?(?:titel|überschrift|zusammenfassung|beschreibung|vorschl[aä]ge?|version"
    r"|übersetzung|fassung|text|beitrag|antwort|schlagzeile|entwurf|bildunterschrift)(?:en|e)?"
    r"|(?:titre|résumé|description|légende|proposition|version|traduction|texte|réponse|accroche|phrase)s?"
    r"|(?:títulos?|titular(?:es)?|resumen(?:es)?|descripci(?:ón|ones)|propuestas?|versi(?:ón|ones)|traducci(?:ón|ones)"
    r"|textos?|respuestas?|leyendas?|opci(?:ón|ones))"
    r"|(?:titels?|kop(?:pen)?|samenvatting|beschrijving|voorstel(?:len)?|versie|vertaling|tekst|antwoord|bijschrift)"
    r"|(?:titol[oi]|riassunt[oi]|descrizion[ei]|propost[ae]|versione|traduzione|testo|risposta)"
    r"|(?:resumo|descrição|tradução|versão|sugestão)"
)
"""What editors ask for."""

HERE = (
    rf"(?:here(?:{APOSTROPHE}s| is| are)|this is|below (?:is|are)|(?:i{APOSTROPHE}ve|i have) (?:written|created|made|come up with)"
    r"|ich habe|j['’]ai (?:écrit|rédigé|créé|choisi)|he (?:escrito|creado|redactado)|ik heb"
    r"|hier (?:ist|sind|kommt|is|zijn)|voici|voilà|aquí (?:está|tienes?|te dejo|van?)|ecco|aqui está|eis)"
)

LABEL = (
    r"(?:(?:suggested|proposed|new|final|improved|revised|corrected|possible|catchy|short|the|your|my|seo|page)\s)*"
    rf"(?:{TEXT})(?:\s(?:options?|suggestions?|ideas?|proposals?|vorschläge|in (?:english|german|french|spanish|dutch)))?"
)
_ABOUT_SOURCE = (
    r"(?:\s(?:for|of|from|based on|about|in|to|für|zu[mr]?|des|der|auf|basierend auf|pour|de|du|basé sur|para|del?|basado en|voor|van|per)"
    r"\s(?:your|the|this|that|an?|den|die|das|dem|der|diesen?|ihren?|deinen?|le|la|l['’]|cet(?:te)?|ce|votre|el|este|esta|tu|su|het|dit|deze|je|il|questo)?"
    r"\s?(?:\w+\s){0,2}?(?:article|text|page|post|summary|passage|image|photo|story|content|blog|input|artikel|beitrags?|texte?s?|seite|bild"
    r"|contenu|contenido|artículo|página|tekst|pagina|english|german|french|spanish|dutch|characters|words|\w+ language|plain language|articolo))?"
)

LEAD_IN_ON_LINE = re.compile(
    rf"(?i)(?:{YES}\s?[!,.:;]?\s+)?(?:"
    rf"{HERE}\s(?:(?:an?|the|your|my|one|some|another|two|three|five|ein(?:en?)?|der|die|das|une?|le|la|les|des|quelques|el|los|las|een|het|de|il|lo|um|uma)\s)?"
    rf"(?:[\w-]+\s){{0,5}}?(?:{TEXT})(?:{_ABOUT_SOURCE}|\sthat(?:\s\w+){{1,5}})|{HERE}\s(?:one|it is|you go)|here you go"
    rf"|(?:the|my|your|a)\s(?:[\w-]+\s){{0,3}}?(?:{TEXT}){_ABOUT_SOURCE}\s(?:is|would be|could be|might be)|assistant|{LABEL})"
    r"\s*[:：](?!//)\s*|(?i:sure(?: thing)?|certainly)!\s+(?=\S)"
)
"""In front of the text on its own line."""
NEEDS_CAPITAL = re.compile(rf"(?i)(?:{LABEL}|assistant|here are the (?:{TEXT}))\s*[:：]\s*")
"""A label only; words that go on in lower case belong to it: “Title: the fight of the century”."""

LEAD_IN_LINE = re.compile(
    rf"(?i)(?:(?:{YES})\s?(?:[!.,:！，。：]|\s*$)(?:[^\n]*(?:[:：]|\b(?:{TEXT})\b[^\n]*[.!])|\s*"
    rf"|\s*i(?:{APOSTROPHE}d| can| will|{APOSTROPHE}ll| would)\b[^\n]*[.!]?)"
    rf"|(?:{HERE}|based on|after reading)[^\n]*\b(?:{TEXT})\b[^\n]*[:：.]|{HERE} it is[:.!]"
    rf"|(?:an?|one|the|my|eine?)\s(?:[\w-]+\s){{0,4}}?(?:{TEXT})\s(?:for|could be|would be|might be|könnte|wäre|is)\b[^\n]*[:：]"
    rf"|(?:assistant|ai|assistent|model|bot|antwort|réponse)\s*[:：]?"
    rf"|{LABEL}\s*[:：]?)"
)
"""A line of its own above the text."""
BARE_LABEL = re.compile(rf"(?i){LABEL}")

_COUNT = (
    r"(?:(?:about|approx(?:imately|\.)?|around|exactly|only|total|length|count|just|under|ca?\.|etwa|genau|environ|unos)[:\s]*)?"
    r"~?\d[\d,.]*\s*(?:/\s*\d+\s*)?(?:-\s*)?(?:characters?|chars?|words?|letters?|zeichen|wörter|caractères|mots|caracteres"
    r"|palabras|tekens|woorden|caratteri|parole|字符|文字|字)"
)
COUNT = re.compile(rf"(?i)\s*[(\[（*_]+\s*(?:{_COUNT})[^()\[\]\n]{{0,60}}[)\]）*_]+\.?\s*$")
"""A count of characters behind the text."""

_THE_TEXT = rf"(?:the|this|my|that|your|above|der|die|das|dieser?|dieses|ce|cette|le|la|este|esta|el|deze|dit)\s(?:[\w-]+\s){{0,3}}?(?:{TEXT})\b"
COMMENT = re.compile(
    rf"(?i)[(\[*_]*(?:"
    rf"{_COUNT}\b"
    r"|(?:character|word|letter) count\b|(?:length|länge|longueur|longitud)\s*:|zeichen(?:zahl|anzahl)\s*:"
    r"|(?:please )?let me know\b[^\n]*\b(?:if you|whether|how|any|like|need|works|changes|help|adjust|other)"
    rf"|i hope (?:this|that|it|these|you)\b[^\n]*\b(?:helps?|meets?|works?|fits?|useful|like|suits?|expect)|hope (?:this|that|it) helps"
    r"|feel free to\b[^\n]*\b(?:ask|adjust|modify|change|tweak|edit|use|let me|customi[sz]e|reach)"
    r"|(?:would|do) you (?:like|want) me to\b|is there anything else|if you(?:'d|’d| would)? (?:like|want|need|prefer)\b[^\n]*\b(?:i can|let me|just|another|more|me to|adjust|change)"
    rf"|(?:note|please note|n\.?b\.?|anmerkung|hinweis|remarque|nota|opmerking)\b(?: that)?\s*[:,]?\*{{0,2}}\s*(?:that\s|dass\s)?(?:i\b|ich\b|j['’]ai|he\b|{_THE_TEXT}|since\b|as an ai|\d)"
    r"|(?:explanation|rationale|reasoning|justification|why (?:this|it|the)\b[^\n]*works|what speaks for|key changes|changes made|changes|corrections?(?: made)?"
    r"|erklärung|begründung|änderungen|explication|explicación|toelichting|uitleg|spiegazione)(?:\s*:|\*\*|\s*$|[^\n]*works)"
    rf"|{_THE_TEXT}[^\n]*\b(?:captures?|conveys?|highlights?|reflects?|is (?:short|concise|under|within|engaging|catchy)|emphasi[sz]es|uses|has \d|keeps|stays|includes|aims|hebt|enthält|ist kurz|bleibt)\b"
    r"|(?:i|i've|i’ve|i have) (?:have )?(?:kept|made|chose|chosen|used|corrected|changed|tried|avoided|focused|removed|fixed|aimed)\b"
    r"|lass(?:en sie)? (?:es )?mich (?:gerne )?wissen|ich hoffe,? (?:das|dies|dass|es|der|die)\b[^\n]*\b(?:hilft|helfen|gefällt|passt|entspricht)"
    r"|(?:wenn|falls) (?:du|sie)\b[^\n]*\b(?:ich|gerne|wissen|anpass)|soll ich\b|n['’]hésitez pas|n['’]hésite pas|j['’]espère que (?:cela|ce|ça)|souhaitez-vous"
    r"|espero que (?:esto|te|le|sea|ajude|isso)|avísame|házmelo saber|si (?:quieres|deseas|necesitas)|no dudes en"
    r"|ik hoop dat (?:dit|het)|laat (?:het )?me(?: het)? weten|fammi sapere|spero che (?:questo|ti)|me avise"
    r"|希望(?:这|對|对)|如果(?:您|你)(?:需要|想)|ご不明な点|надеюсь,? это"
    r")"
)
"""The beginning of a comment below the text."""
