"""Words by which dates, numbers and names are told, in English, German, French and Spanish."""

from __future__ import annotations

from wagtail_llm_actions.answers.checks.language import STOPWORDS as FREQUENT_WORDS


def _words(words: str) -> tuple[str, ...]:
    return tuple(words.split())


MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier janv enero",
            "february feb februar février févr febrero",
            "march mar märz mars marzo",
            "april apr avril avr abril",
            "may mai mayo",
            "june jun juni juin junio",
            "july jul juli juillet juil julio",
            "august aug août agosto",
            "september sep sept septembre septiembre",
            "october oct oktober okt octobre octubre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre déc diciembre",
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday montag lundi lunes",
            "tuesday dienstag mardi martes",
            "wednesday mittwoch mercredi miércoles",
            "thursday donnerstag jeudi jueves",
            "friday freitag vendredi viernes",
            "saturday samstag sonnabend samedi sábado",
            "sunday sonntag dimanche domingo",
        )
    )
    for name in names.split()
}
_COUNTED = (
    "two zwei deux dos",
    "three drei trois tres",
    "four vier quatre cuatro",
    "five fünf cinq cinco",
    "six sechs seis",
    "seven sieben sept siete",
    "eight acht huit ocho",
    "nine neun neuf nueve",
    "ten zehn dix diez",
    "eleven elf onze once",
    "twelve zwölf douze doce dozen dutzend douzaine docena",
    "thirteen dreizehn treize trece",
    "fourteen vierzehn quatorze catorce",
    "fifteen fünfzehn quinze quince",
    "sixteen sechzehn seize dieciséis",
    "seventeen siebzehn diecisiete",
    "eighteen achtzehn dieciocho",
    "nineteen neunzehn diecinueve",
    "twenty zwanzig vingt veinte",
)
NUMBERS = {word: value for value, words in enumerate(_COUNTED, start=2) for word in words.split()}
NUMBERS |= {
    word: value
    for value, words in (
        (1, "one ein eine eins un une uno una"),
        (2, "both beide zwo"),
        (20, "vingts"),
        (30, "thirty dreißig dreissig trente treinta"),
        (40, "forty vierzig quarante cuarenta"),
        (50, "fifty fünfzig cinquante cincuenta"),
        (60, "sixty sechzig soixante sesenta"),
        (70, "seventy siebzig setenta septante"),
        (80, "eighty achtzig ochenta huitante"),
        (90, "ninety neunzig noventa nonante"),
        (100, "hundred hundert cent cents cien ciento century"),
        (200, "doscientos doscientas"),
        (300, "trescientos trescientas"),
        (400, "cuatrocientos cuatrocientas"),
        (500, "quinientos quinientas"),
        (600, "seiscientos seiscientas"),
        (700, "setecientos setecientas"),
        (800, "ochocientos ochocientas"),
        (900, "novecientos novecientas"),
        (1000, "thousand tausend mille mil"),
    )
    for word in words.split()
}
_UNITS = "uno dos tres cuatro cinco seis siete ocho nueve"
NUMBERS |= {f"veinti{unit}": 20 + value for value, unit in enumerate(_UNITS.split(), start=1)}
NUMBERS |= {"veintiún": 21, "veintidós": 22, "veintitrés": 23, "veintiséis": 26}
_ORDERED = (
    "first erst premier première primero primera",
    "second zweit deuxième segundo segunda",
    "third dritt troisième tercero tercera tercer",
    "fourth viert quatrième cuarto cuarta",
    "fifth fünft cinquième quinto quinta",
    "sixth sechst sixième sexto sexta",
    "seventh siebt septième séptimo séptima",
    "eighth acht huitième octavo octava",
    "ninth neunt neuvième noveno novena",
    "tenth zehnt dixième décimo décima",
    "eleventh elft onzième undécimo",
    "twelfth zwölft douzième duodécimo",
)
ORDINALS = {word: value for value, words in enumerate(_ORDERED, start=1) for word in words.split()}
"""German ones without their endings."""
SHARES = {
    word: value
    for value, words in (
        (50, "half hälfte moitié mitad halves"),
        (33, "third thirds drittel tiers tercio tercios"),
        (25, "quarter quarters viertel quart quarts cuarto cuartos"),
        (20, "fifth fifths fünftel cinquième quinto quintos"),
    )
    for word in words.split()
}
"""Parts of a whole in percent."""
APPROXIMATELY = (
    "more than|over|about|around|some|nearly|almost|roughly|approximately|up to|less than|under|close to"
    "|mehr als|über|rund|etwa|fast|knapp|ungefähr|circa|ca\\.|gut|weniger als|bis zu"
    "|plus de|près de|environ|presque|quelque|moins de|jusqu'à"
    "|más de|unos|unas|cerca de|casi|alrededor de|menos de|hasta"
)
MULTIPLIERS = {
    word: value
    for value, words in (
        (1_000, "thousand tausend mille mil k"),
        (1_000_000, "million millions millionen mio millón millones m"),
        (1_000_000_000, "billion billions milliarde milliarden mrd milliard milliards bn"),
    )
    for word in words.split()
}
HONORIFICS = frozenset(
    _words(
        "dr prof mr mrs ms sir lady herr frau hr fr m mme mlle sr sra señor señora don doña doctor "
        "professor docteur professeur doctora profesor profesora président präsident presidente president"
    )
)
CONNECTORS = frozenset(
    _words("of the de del la las los le les du des d van von der den zu da di y & et")
)
"""Stand in lower case inside a name."""
STOPWORDS = {code: FREQUENT_WORDS[code] for code in ("en", "de", "fr", "es")}
"""The language of a text is the one that it has most of."""
OPENERS = frozenset(" ".join(STOPWORDS.values()).split()) | frozenset(
    _words(
        "a after before while when where why how what who which but or so yet then there here these those they "
        "he she we you i our your their its his her all both each every many most some more less no new now once "
        "today yesterday since until about over under between during with without if because although however "
        "wie was wer wo wann warum nach vor während wenn aber oder so dann dort hier diese dieser dieses sie er es "
        "wir ihr ich unser unsere alle beide jeder jede viele einige mehr kein keine heute gestern seit bis bei aus "
        "an am zum zur ohne weil obwohl doch nur noch schon nun einst trotz laut "
        "aujourd après avant pendant quand où pourquoi comment mais ou donc puis ici ces cette cet il elle nous vous ils elles "
        "je leur leurs notre votre tous toutes chaque plus sans aujourd hier depuis selon entre chez malgré si "
        "después antes mientras cuando donde dónde cómo qué quién pero o entonces allí aquí estos estas este esta "
        "ella nosotros ellos ellas yo nuestro nuestra todos todas cada sin hoy ayer desde hasta según entre si tras "
        "sobre"
    )
)
"""Words that begin a sentence with a capital letter, and are no part of a name."""
GERMAN_ARTICLES = frozenset(
    _words(
        "der die das den dem des ein eine einen einem einer eines im am zum zur vom beim ins ans kein keine keinen "
        "keiner mein sein ihr unser jede jeder jedes jeden diese dieser dieses diesen viele alle mehr"
    )
)
"""What stands behind one of these is a noun first."""
GERMAN_CONNECTORS = frozenset(_words("von van zu de di la da"))
"""Within a name; articles connect nouns."""
GERMAN_PLACE_WORDS = frozenset(_words("in aus nach bei von laut"))
"""A noun without an article behind one of these is often a name."""
GERMAN_NOUN_ENDINGS = _words(
    "ung ungen heit heiten keit keiten schaft schaften tion tionen tät nis nisse ling linge ismus enz anz "
    "ik ie ien ment tum kunft zeit holz kraft weise hause fall gang blick grund wert recht schluss"
)
"""Of a German noun that is no name, even behind a name: "Berner Studie"."""
GERMAN_WORD_ENDINGS = (*GERMAN_NOUN_ENDINGS, *_words("chen lein tur gur sal rn eln en er e"))
"""Of a German noun that stands alone, and of many surnames."""
