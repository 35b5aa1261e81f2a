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
        (1, "one ein eine eins un une uno una first erste premier primero"),
        (2, "second zweite deuxième segundo both beide half"),
        (3, "third dritte troisième tercero"),
        (30, "thirty dreißig trente treinta"),
        (40, "forty vierzig quarante cuarenta"),
        (50, "fifty fünfzig cinquante cincuenta half hälfte moitié mitad"),
        (60, "sixty sechzig soixante sesenta"),
        (70, "seventy siebzig setenta"),
        (80, "eighty achtzig ochenta"),
        (90, "ninety neunzig noventa"),
        (200, "doscientos doscientas"),
        (300, "trescientos trescientas"),
        (400, "cuatrocientos cuatrocientas"),
        (500, "quinientos quinientas"),
        (100, "hundred hundert cent cien century"),
        (1000, "thousand tausend mille mil"),
    )
    for word in words.split()
}
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
GERMAN_PLACE_WORDS = frozenset(_words("in aus nach bei von laut"))
"""A noun without an article behind one of these is often a name."""
GERMAN_NOUN_ENDINGS = _words(
    "ung ungen heit heiten keit keiten schaft schaften tion tionen tät nis nisse ling linge ismus enz anz "
    "ik ie ien ment tum kunft zeit holz kraft weise hause fall gang blick grund wert recht schluss"
)
"""Of a German noun that is no name, even behind a name: "Berner Studie"."""
GERMAN_WORD_ENDINGS = (*GERMAN_NOUN_ENDINGS, *_words("chen lein ur sal ern eln en er e"))
"""Of a German noun that stands alone, and of many surnames."""
