"""Tell the language of a text by its script and its most frequent words; no model is asked.

Where that is not sure, as with titles of a few words, there is no verdict: a warning that is wrong
teaches people not to read warnings.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

MAX_CHARS = 4_000
"""As much as is read of a text."""
LEAST_LETTERS = 12
LEAST_SCORE = 1.8
"""About three frequent words that no other language has."""
LEAST_LEAD = 1.8
"""How many times better the best language has to be than the next one."""
LEAST_SHARE = 0.08
"""Of the words that are frequent ones; texts have a third or more."""
MOSTLY = 0.6
"""The share of the letters that make a script that of the text."""
LEAST_KANA = 0.05
STOPWORDS = {
    "en": "the of and to in is was for that with on it as are were be by from has have not this an at you your will or its they which there can would when who more been",
    "de": "der die das und ist nicht mit ein eine zu den im von auf für sich dem des wird war als auch sind hat aus bei es wie oder werden kann sich nach einen einer einem nur noch diese bis hatte ihr sie wir man ich",
    "fr": "le la les des et est une un dans pour que qui sur avec au par du ne pas ce sont en son aux cette ou vous être plus ces ses nous même doit votre fait peut",
    "es": "el la los las de y es en una un que por con para se del al no su lo fue son como más pero ser está hay muy sobre entre también cuando puede esta ha sus debe",
    "it": "il lo la gli le di che è per una un del della dei delle con non sono nel nella alla da si come anche più",
    "pt": "o os a as do da dos das e é em um uma que para com não no na por se ao mais foi são pelo pela você",
    "nl": "de het een en van is dat die in te niet met voor zijn op aan er ook als bij wordt door naar om deze worden",
    "sv": "och att det som en är av för på med den inte till ett har de om var från kan eller vid när ska alla",
    "da": "og at det er en af for på med den ikke til et har de der som fra kan eller hvor blev skal ved vil",
    "nb": "og at det er en av for på med den ikke til et har de der som fra kan eller hvor ble skal ved vil",
    "fi": "ja on ei se että oli joka mutta myös kun ovat sen niin kuin tai sekä tämä hän voi ole mukaan joka jos tämän eivät olla nyt vain kanssa jotka voit tähän sinun",
    "pl": "i w na z się nie jest do że to o jak za dla po od przez są oraz ale który która tego być lub jego tym",
    "cs": "a v na se je že s z do o k i jako za pro od po nebo ale který která jsou byl být není však jeho pokud",
    "sk": "a v na sa je že s z do o k aj ako za pre od po alebo ale ktorý ktorá sú bol byť nie však jeho ak tento",
    "hr": "i u na se je da su za od s o kao što koji koja nije ili iz bi po te ali do ne može biti njegov ako",
    "sl": "in v na se je da so za od s o kot ki ni ali iz bi po pa do ne lahko biti tudi z pri bila",
    "hu": "a az és hogy nem is egy meg ez volt van már csak de ha mint vagy el kell lehet között ki szerint",
    "ro": "și în de la nu cu pe este un o care din pentru sunt a fost mai prin ca sau dar acest către fi iar",
    "tr": "ve bir bu için ile de da olarak olan gibi daha en çok ne kadar sonra ancak veya değil olduğu her ise göre",
    "ca": "el la els les de i és en una un que per amb del dels al no es va com més són ha seva aquest aquesta",
    "et": "ja on ei et see oli kui ka oma mis aga või nii tema selle kes siis ning ole mida kuid pärast",
    "lv": "un ir ar no par uz kas lai nav kā bet arī vai tas bija pēc ja to šo ka tiek savu tika gan",
    "lt": "ir yra kad su į iš kaip buvo tai bet nuo per ar jo dėl apie taip tik gali savo po už nėra",
    "id": "yang dan di untuk dengan ini itu dari pada dalam tidak akan adalah oleh ke sebagai telah juga atau bisa",
    "vi": "và của là có được cho không trong một với những các này để người đã khi tại đến từ như về",
    "ru": "и в не на что с как по это из за для от его но к он то был или она так же было при этот эта только вы чтобы которые может если уже или еще есть быть этого",
    "uk": "і в не на що з як до це та за для від його але у він є був або вона так же було при який",
    "bg": "и в не на че с как по това от за е се да са но до той или която който беше при ще",
    "ar": "في من على إلى أن هذا التي الذي عن مع هذه كان ما لا أو قد بين كما بعد هو هي ذلك",
    "fa": "و در به از که این را با است برای آن یک خود تا بر هم نیز می شد بود شده کرد",
    "ur": "کے کی میں ہے اور سے کا کو اس نے پر کہ ہیں یہ تھا بھی ایک جو نہیں لیے",
}
"""The most frequent words of languages whose scripts several languages have."""
_LANGUAGES_OF_WORD: dict[str, set[str]] = {}
for _code, _words in STOPWORDS.items():
    for _each in _words.split():
        _LANGUAGES_OF_WORD.setdefault(_each, set()).add(_code)

SCRIPTS = {
    "GREEK": "el",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "THAI": "th",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "HANGUL": "ko",
    "KANA": "ja",
    "CJK": "zh-hans",
}
"""The language of a script, by the first word of the names of its characters."""
LANGUAGES = (*STOPWORDS, *SCRIPTS.values())
"""The codes of all languages that are told apart."""
_ALIASES = {"zh": "zh-hans", "no": "nb", "nn": "nb", "iw": "he", "in": "id"}
_NEIGHBOURS = ({"da", "nb"}, {"cs", "sk"}, {"hr", "sl"})
"""Too much alike for a verdict on a short text."""
_WORD = re.compile(r"[^\W\d_]+")
_WORD_LETTERS = re.compile(r"[^\W\d_]")
CHINESE = "zh-hans"
LEAST_WITHOUT_KANA = 40
"""Letters; a Japanese headline may be shorter, and have none."""
LEAST_OF_SCRIPT = 3
_SIMPLIFIED = "们这来个国会时对发经过说还没为么样开关问题实学电车书东马鱼见长门请让给认识进远边点车应该两几华体尔"
_TRADITIONAL = "們這來個國會時對發經過說還沒為麼樣開關問題實學電車書東馬魚見長門請讓給認識進遠邊點車應該兩幾華體爾"
"""Frequent characters of which the other script has another form, in the same order; some have only one."""
_TRADITIONAL_CODE = re.compile(r"(?i)zh[-_](?:hant|tw|hk|mo)\b")
_SIMPLIFIED_CODE = re.compile(r"(?i)zh[-_](?:hans|cn|sg|my)\b")


def known_language(code: str) -> str:
    """Return the code by which a language such as ``de-ch`` is known here; empty if it is not."""
    base = _base(code)
    return base if base in LANGUAGES else ""


def _base(code: str) -> str:
    base = code.lower().replace("_", "-").partition("-")[0]
    return _ALIASES.get(base, base)


def same_language(code: str, other: str) -> bool:
    """Return whether two codes are of one language, in whatever variants."""
    return _base(code) == _base(other)


def language_of(text: str) -> str:
    """Return the code of the language of a text; empty where it is not sure."""
    text = text[:MAX_CHARS]
    script = script_of(text)
    if script in SCRIPTS:
        return SCRIPTS[script]
    return _by_words(text) if script else ""


def other_language(text: str, wanted: str) -> str:
    """Return the code of the language that a text has in place of the wanted one.

    It is empty where the text may well be in the wanted language, and for a language that is not known.
    """
    code, found = known_language(wanted), language_of(text)
    if code == found == CHINESE:
        return _other_chinese(text, wanted)
    if not code or not found or found == code:
        return ""
    if code == "ja" and found == CHINESE and len(_WORD_LETTERS.findall(text)) < LEAST_WITHOUT_KANA:
        return ""
    return "" if any({code, found} <= pair for pair in _NEIGHBOURS) else found


def _other_chinese(text: str, wanted: str) -> str:
    """Return the code of the Chinese script that a text has in place of the wanted one."""
    is_traditional = _TRADITIONAL_CODE.match(wanted) is not None
    if not is_traditional and not _SIMPLIFIED_CODE.match(wanted):
        return ""
    counts = Counter(text[:MAX_CHARS])
    simplified = sum(counts[each] for each in _SIMPLIFIED)
    traditional = sum(counts[each] for each in _TRADITIONAL)
    own, other = (traditional, simplified) if is_traditional else (simplified, traditional)
    if other < LEAST_OF_SCRIPT or own * LEAST_OF_SCRIPT > other:
        return ""
    return CHINESE if is_traditional else "zh-hant"


def script_of(text: str) -> str:
    """Return the script of most letters, ``KANA`` for any Japanese; empty where it is not sure."""
    names = (unicodedata.name(letter, "").split() for letter in text if letter.isalpha())
    scripts = Counter(name[0] for name in names if name)
    kana = scripts.pop("HIRAGANA", 0) + scripts.pop("KATAKANA", 0)
    if kana and kana >= LEAST_KANA * (kana + scripts["CJK"]):
        scripts["KANA"] = kana + scripts.pop("CJK", 0)
    if not scripts:
        return ""
    (script, count), total = scripts.most_common(1)[0], scripts.total()
    return script if count >= LEAST_LETTERS and count > MOSTLY * total else ""


def _by_words(text: str) -> str:
    """Return the language whose frequent words a text has; those of several languages count less."""
    words = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    scores: Counter[str] = Counter()
    frequent: Counter[str] = Counter()
    for word in words:
        languages = _LANGUAGES_OF_WORD.get(word, ())
        for code in languages:
            scores[code] += 1 / len(languages)  # type: ignore[assignment]  # fractions
            frequent[code] += 1
    if not scores:
        return ""
    (best, score), *others = scores.most_common(2)
    lead = score / others[0][1] if others else LEAST_LEAD
    is_sure = score >= LEAST_SCORE and frequent[best] >= LEAST_SHARE * len(words)
    neighbours = next((pair for pair in _NEIGHBOURS if best in pair), set())
    is_led = lead >= LEAST_LEAD or bool(others and others[0][0] in neighbours)
    return best if is_sure and is_led else ""
