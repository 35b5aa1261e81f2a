"""What a prompt template, or an editor's instruction, says about the language of the answer."""

from __future__ import annotations

import re

# One line for each language that templates are mostly written in.
_KEPT = re.compile(
    r"""(?ix)
    \b(?:its|own|same|original|source)\ language\b | \b(?:text|source|input|article|author|content)['’]s\ (?:own\ |original\ )?language\b
    | \blanguage\ (?:of|in|used\ in)\ (?:the|this|that)\ (?:\w+\ )?(?:text|source|original|input|article|content|document)\b
    | \b(?:keep|preserve|retain|maintain|match|leave|change)\ the\ (?:input\ |text\ )?language\b
    | \b(?:language\ in\ which|what(?:so)?ever\ language|which(?:so)?ever\ language|language\ (?:it|the\ \w+)\ (?:is|was)\ (?:written\ )?in)\b
    | \b(?:not|don['’]t|never|without)\ translat(?:e|ing)(?:\ (?:it|this|them|anything|(?:the|this)\ (?:text|source|input|article|content)))?\s*(?:$|[.,;:!{])
    | \b(?:gleiche[nr]?|selben|derselben|eigene[nr]?|seiner|ihrer|ursprüngliche[nr]?)\ sprache\b | \boriginalsprache\b
    | \bsprache\ (?:(?:des|der|dieses|dieser)\ (?:textes|quelle|originals|artikels|eingabe|vorlage)|bei(?:behalten)?|beizubehalten|unverändert)\b
    | \bbehalten?\ (?:sie\ )?die\ sprache\b | \b(?:nicht|ohne\ zu)\ übersetzen\b | \bübersetzen?\ (?:sie\ )?(?:nichts|nicht)\b
    | \b(?:même|sa|propre)\ langue\b | \blangue\ (?:d['’]origine|originale|source|(?:du|de\ ce)\ texte|de\ l['’](?:original|article))\b
    | \b(?:garde[rz]?|conserve[rz]?|respecte[rz]?)\ la\ langue\b | \bne\ (?:pas\ traduire|tradui(?:s|sez)\ pas)\b
    | \b(?:mismo|su|propio)\ idioma\b | \bmisma\ lengua\b | \b(?:idioma|lengua)\ (?:original|(?:del|de\ este)\ texto|de\ origen)\b
    | \b(?:mant[ée]n(?:ga)?|conserva|respeta)\ el\ idioma\b | \b(?:no|sin)\ tradu(?:zcas|zca|cir)\b
    | \b(?:stessa|sua|propria)\ lingua\b | \blingua\ (?:originale|(?:del|di\ questo)\ testo|di\ origine)\b | \b(?:non|senza)\ tradurre\b
    | \bmesm[oa]\ (?:idioma|língua)\b | \b(?:idioma|língua)\ (?:original|(?:do|deste)\ texto|de\ origem)\b | \b(?:não|sem)\ traduz(?:a|ir)\b
    | \b(?:dezelfde|oorspronkelijke|originele|eigen)\ taal\b | \btaal\ van\ (?:de|het|deze)\ (?:tekst|bron|artikel|origineel)\b | \bniet\ vertalen\b
    | \bsamma\ språk\b | \bsamme\ (?:sprog|språk)\b | \b(?:textens|tekstens)\ (?:eget?\ )?(?:språk|sprog)\b | \bsamalla\ kielellä\b
    | \b(?:tym\ samym|oryginalnym)\ języku\b | \bjęzyk\w*\ (?:oryginału|tekstu|źródła)\b | \bstejném\ jazyce\b | \bjazyk\w*\ (?:textu|originálu)\b
    | \bugyanazon\ a\ nyelven\b | \baceeași\ limbă\b | \b(?:ίδια|αρχική)\ γλώσσα\b | \baynı\ dil(?:de|i)\b | \bbahasa\ yang\ sama\b
    | \bcùng\ (?:một\ )?ngôn\ ngữ\b
    | \b(?:том|тем|исходн\w+|оригинальн\w+)\ (?:же\ )?язык\w*\b | \bязык\w*\ (?:оригинала|текста|исходника|источника)\b
    | \b(?:тією|цією)\ (?:ж|самою)\ мовою\b | \bмов\w+\ (?:оригіналу|тексту)\b
    | (?:相同|同一|同样|同樣|原文|原来|原來|原)的?(?:语言|語言) | (?:语言|語言)不[变變] | (?:同じ|元の|原文の)言語 | (?:같은|원래|원문의?)\ ?언어
    | نفس\ اللغة | لغة\ النص | באותה\ (?:ה)?שפה | همان\ زبان | زبان\ متن
    """
)
_LANGUAGES = (
    "afrikaans|albanian|arabic|armenian|azerbaijani|basque|belarusian|bengali|bosnian|breton|bulgarian|burmese|cantonese|catalan"
    "|chinese|croatian|czech|danish|dutch|english|esperanto|estonian|farsi|filipino|finnish|flemish|french|frisian|galician|georgian"
    "|german|greek|hebrew|hindi|hungarian|icelandic|indonesian|irish|italian|japanese|kazakh|khmer|korean|kurdish|latin(?! letters)"
    "|latvian|lithuanian|luxembourgish|macedonian|malay|maltese|mandarin|marathi|mongolian|nepali|norwegian|bokmål|nynorsk|persian"
    "|polish|portuguese|punjabi|romanian|russian|scottish gaelic|serbian|slovak|slovene|slovenian|somali|spanish|swahili|swedish"
    "|tagalog|tamil|telugu|thai|turkish|ukrainian|urdu|uzbek|vietnamese|welsh|yiddish|zulu|bahasa",
    "englisch|deutsch|französisch|spanisch|italienisch|portugiesisch|niederländisch|polnisch|russisch|ukrainisch|schwedisch|dänisch"
    "|norwegisch|finnisch|tschechisch|ungarisch|rumänisch|türkisch|griechisch|arabisch|hebräisch|chinesisch|japanisch|koreanisch"
    "|kroatisch|slowenisch|slowakisch|bulgarisch|serbisch",
    "anglais|allemand|français|espagnol|italien|portugais|néerlandais|polonais|russe|ukrainien|suédois|danois|norvégien|finnois"
    "|tchèque|hongrois|roumain|turc|grec|arabe|hébreu|chinois|japonais|coréen|croate|catalan",
    "inglés|alemán|francés|español|castellano|italiano|portugués|neerlandés|polaco|ruso|ucraniano|sueco|danés|noruego|finés|checo"
    "|húngaro|rumano|turco|griego|árabe|hebreo|chino|japonés|coreano|catalán|catalán|gallego|euskera|valenciano|valencià|català|galego",
    "inglese|tedesco|francese|spagnolo|portoghese|olandese|polacco|ucraino|svedese|greco|arabo|cinese|giapponese|rumeno",
    "inglês|alemão|francês|espanhol|italiano|holandês|polonês|grego|chinês|japonês|coreano|romeno|português",
    "engels|duits|frans|spaans|italiaans|portugees|nederlands|pools|zweeds|deens|noors|turks|grieks|chinees|japans",
    "engelska|tyska|franska|spanska|svenska|engelsk|tysk|fransk|spansk|svensk|dansk|norsk|suomeksi|englanniksi",
    "angielsk\\w|niemieck\\w|francusk\\w|polsk[iu]|polsku|rosyjsk\\w|ukraińsk\\w|angličtin\\w|němčin\\w|češtin\\w|slovenčin\\w",
    "английск\\w+|немецк\\w+|французск\\w+|испанск\\w+|итальянск\\w+|украинск\\w+|русск\\w+",
    "αγγλικά|γερμανικά|γαλλικά|ελληνικά",
)
"""As the languages that templates are mostly written in name them."""
_NAME = rf"(?:{'|'.join(_LANGUAGES)})"
_TO = (
    r"in|into|to|using|auf|ins|im|en|vers|au|al|em|para o|para|naar|het|på|til|till|na|do|po|на|по|в|у|στα|language|sprache"
    r"|langue|idioma|lingua|taal"
)
"""What stands before the language that an answer is to be in."""
_DESCRIBED = (
    r"(?:(?:the|der|die|das|le|la|el|lo|simple|simplified|traditional|brazilian|european|british|american|australian|canadian|mexican"
    r"|swiss|austrian|formal|informal|idiomatic|correct|good|fluent|natural|modern|einfache[ms]?|gute[ms]?)(?:,|\s(?:and|und))?[\s-])"
)
_NAMED = re.compile(
    rf"(?i)\b(?:{_TO})(?:\s*[:=]\s*|[\s-]+){_DESCRIBED}{{0,3}}{_NAME}(?:e[nmrs]?|a|y)?\b(?!\s(?:readers?|people|users?|visitors?|customers?|towns?|cuisine|tale|style)\b)"
    rf"|\b(?:an?|your|one)\s{_NAME}\s(?:\w+\s)?(?:translation|version|summary|title|headline|description|caption|teaser|post|text)\b"
    rf"|\b{_NAME}\stranslation\b"
    r"|\b(?:česky|anglicky|německy|slovensky)\b|\b(?:англійською|німецькою|французькою|українською|російською|польською)\b"
    r"|\b(?:ingilizce|türkçe|almanca|fransızca|ispanyolca)(?:['’]?[yd]?[ea])?\s"
)
_CODE = re.compile(
    r"(?i:\b(?:language|locale|sprache|langue|idioma|lingua|taal)(?:\scode)?\s?[:=]\s?[\"'“`]?)[a-z]{2,3}(?:-[A-Za-z]{2,4}){0,2}(?![\w-])"
    r"|\b(?:in|into|to|auf|en)\s[a-z]{2}-[A-Z]{2}\b"
)
_TRANSLATED = re.compile(
    r"(?i)\btranslat\w+\b[^.\n]{0,80}?\b(?:in)?to\s(?!the\b|its\b|their\b|your\b|you\b|me\b|us\b)[^\W\d_]{3}"
)
_UNSPACED = re.compile(
    r"(?:用|成|为|為|以)(?:简体|繁体|繁體|簡體)?(?:[中英法德日韩韓俄]文|[英法德日韩韓俄汉漢][语語]|(?:西班牙|葡萄牙|意大利|阿拉伯)[语語文])"
    r"|(?:英|日本|中国|韓国|フランス|ドイツ|スペイン|イタリア|ポルトガル|ロシア)語(?:に|で|へ)"
    r"|(?:영어|한국어|중국어|일본어|독일어|프랑스어|스페인어)(?:로|으로)"
    r"|(?:ب|إلى |باللغة )ال(?:إنجليزية|انجليزية|عربية|فرنسية|ألمانية|إسبانية)|(?:ב|ל)(?:אנגלית|עברית|גרמנית|צרפתית|ספרדית|ערבית)"
)
_OF_SOURCE = re.compile(
    r"(?i)\b(?:text|source|input|content|article|page|original|it)s?,?\s(?:(?:is|are|was|were)\s)?(?:mostly\s|originally\s)?(?:written\s)?$"
)
"""What stands before “in German” where it says what the source is."""
_WRITES = re.compile(
    r"(?i)\b(?:write|rewrite|give|answer|return|produce|put|render)\s[^.\n]{0,40}$"
)


def says_language(*texts: str) -> bool:
    """Return whether a text says which language the answer is in: a certain one, or that of the source."""
    return keeps_language(*texts) or names_language(*texts)


def keeps_language(*texts: str) -> bool:
    """Return whether a text says that the answer is in the source's language."""
    return any(_KEPT.search(text) for text in texts)


def names_language(*texts: str) -> bool:
    """Return whether a text names the language of the answer, such as “into French” or “auf Deutsch”.

    “Plain English” is said of any language, and “the text is in German” of the source.
    """
    return any(map(_names, texts))


def _names(text: str) -> bool:
    if any(form.search(text) for form in (_CODE, _TRANSLATED, _UNSPACED)):
        return True
    for found in _NAMED.finditer(text):
        before = text[: found.start()]
        if not _OF_SOURCE.search(before) or _WRITES.search(before):
            return True
    return False
