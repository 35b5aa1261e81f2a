"""How well facts that a source does not hold are found: recall and precision on seeded answers.

Twice 400 answers, 100 in each language: sentences that say what a source says in other words and forms, and
up to three sentences with a fact that it does not hold. The rules were made on the first 400; the second,
in ``benchmarks.more_facts``, have other sources, kinds of sentences and forms of facts. Run it with
``python -m benchmarks.facts``; ``--misses`` prints what was not found, and what was found wrongly.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from dataclasses import dataclass, field

from benchmarks import more_facts
from wagtail_llm_actions.answers.facts.check import unsourced_facts

SEED = 20261127
ANSWERS_PER_LANGUAGE = 100

SOURCES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "en": (
        (
            "On 12 March 2024 the harbour of Port Isaac was closed for three days. Anna Weber, the harbour "
            "master, counted 1,200 boats and said: “Nobody had told the boats.” The repair cost £2.5 million, "
            "40% more than planned. See https://example.org/harbour/ for the report of the RNLI.",
            (
                "The harbour stayed shut for 3 days in March 2024.",
                "Weber says that some 1200 boats were there, and that “nobody had told the boats”.",
                "Repairs came to £2.5 million, which was 40 % above the plan.",
                "Port Isaac's harbour reopened; details are at example.org/harbour.",
                "Yesterday was quiet. Fishermen went home, and Anna Weber counted them.",
                "Closed since March 12, 2024, the quay is open again.",
                "Visitors may come in large groups, the RNLI says.",
            ),
        ),
        (
            "The University of Bern studied small language models in 2023. Prof. Marie Keller found that models "
            "with 7 billion parameters answer in 0.8 seconds on a laptop from Lenovo. She spoke in Zurich on "
            "Monday, 6 November. “Small is enough”, she told the audience of two hundred.",
            (
                "A Bernese study from 2023 looks at small models.",
                "According to Prof. Keller, 7 billion parameters suffice for answers within 0.8 seconds.",
                "Keller spoke to 200 people in Zurich on 6 November.",
                "Laptops by Lenovo were used. Readers learn why “small is enough”.",
                "Last Monday, Marie Keller explained the results to an audience.",
                "Answers arrive quickly. Researchers at the University of Bern are pleased.",
            ),
        ),
    ),
    "de": (
        (
            "Am 12. März 2024 wurde der Hafen von Husum für drei Tage gesperrt. Hafenmeisterin Anna Weber zählte "
            "1.200 Boote und sagte: „Niemand hatte den Booten Bescheid gesagt.“ Die Reparatur kostete 2,5 "
            "Millionen Euro, 40 Prozent mehr als geplant. Der Bericht des DGzRS steht auf https://example.org/hafen/.",
            (
                "Der Hafen war im März 2024 drei Tage lang zu.",
                "Frau Weber zählte rund 1200 Boote in Husum.",
                "Die Kosten lagen bei 2,5 Millionen Euro und damit 40 % über dem Plan.",
                "Seit dem 12.3.2024 ruhte der Betrieb, wie der Bericht auf example.org/hafen zeigt.",
                "Die Sperrung traf Fischer, Händler und Gäste, die mit großer Geduld warteten.",
                "Viele Besucher aus der Umgebung kamen in Gruppen und blieben bis zum Abend.",
                "„Niemand hatte den Booten Bescheid gesagt“, erklärt Anna Weber die Überraschung.",
            ),
        ),
        (
            "Die Universität Bern untersuchte 2023 kleine Sprachmodelle. Prof. Marie Keller stellte fest, dass Modelle "
            "mit 7 Milliarden Parametern auf einem Laptop von Lenovo in 0,8 Sekunden antworten. Sie sprach am Montag, "
            "6. November, in Zürich vor zweihundert Gästen. „Klein genügt“, sagte sie.",
            (
                "Eine Berner Studie aus dem Jahr 2023 befasst sich mit kleinen Modellen.",
                "Laut Prof. Keller reichen 7 Milliarden Parameter für Antworten in 0,8 Sekunden.",
                "Am 6. November stellte Marie Keller die Ergebnisse in Zürich vor.",
                "Wer einen Laptop von Lenovo hat, kommt in Zukunft ohne Rechenzentrum aus.",
                "Die Forschung an der Universität Bern zeigt, dass Geduld und Sorgfalt genügen.",
                "Am Montag war der Saal voll, und das Publikum stellte Fragen zur Sicherheit.",
            ),
        ),
    ),
    "fr": (
        (
            "Le 12 mars 2024, le port de Dinard a été fermé pendant trois jours. Anne Lefèvre, la capitaine du port, "
            "a compté 1 200 bateaux et déclaré : « Personne n'avait prévenu les bateaux. » La réparation a coûté 2,5 "
            "millions d'euros, 40 % de plus que prévu. Le rapport de la SNSM est sur https://example.org/port/.",
            (
                "Le port est resté fermé 3 jours en mars 2024.",
                "Selon Anne Lefèvre, environ 1200 bateaux attendaient à Dinard.",
                "Les travaux ont coûté 2,5 millions d'euros, soit 40% de plus que prévu.",
                "Depuis le 12 mars, les pêcheurs attendent. Le rapport se trouve sur example.org/port.",
                "« Personne n'avait prévenu les bateaux », dit Mme Lefèvre.",
                "Aujourd'hui, le calme est revenu. Heureusement, la SNSM veille.",
            ),
        ),
        (
            "L'université de Genève a étudié de petits modèles de langue en 2023. La professeure Marie Keller a montré "
            "que des modèles de 7 milliards de paramètres répondent en 0,8 seconde sur un portable Lenovo. Elle a parlé "
            "à Lyon le lundi 6 novembre devant deux cents personnes. « Petit suffit », a-t-elle dit.",
            (
                "Une étude genevoise de 2023 porte sur les petits modèles.",
                "D'après Marie Keller, 7 milliards de paramètres suffisent pour répondre en 0,8 seconde.",
                "Le 6 novembre à Lyon, Keller a présenté ses résultats.",
                "Un portable Lenovo suffit donc. Les chercheurs de l'université de Genève s'en réjouissent.",
                "Lundi, le public était nombreux et curieux.",
            ),
        ),
    ),
    "es": (
        (
            "El 12 de marzo de 2024 el puerto de Llanes estuvo cerrado durante tres días. Ana Fuentes, la capitana del "
            "puerto, contó 1.200 barcos y dijo: «Nadie había avisado a los barcos». La reparación costó 2,5 millones de "
            "euros, un 40 % más de lo previsto. El informe de SASEMAR está en https://example.org/puerto/.",
            (
                "El puerto cerró 3 días en marzo de 2024.",
                "Según Ana Fuentes, unos 1200 barcos esperaban en Llanes.",
                "La obra costó 2,5 millones de euros, un 40% más de lo previsto.",
                "Desde el 12 de marzo los pescadores esperan. El informe está en example.org/puerto.",
                "«Nadie había avisado a los barcos», dice Fuentes.",
                "Hoy todo está tranquilo. Afortunadamente, SASEMAR vigila la costa.",
            ),
        ),
        (
            "La Universidad de Granada estudió pequeños modelos de lenguaje en 2023. La profesora María Keller mostró que "
            "modelos de 7 mil millones de parámetros responden en 0,8 segundos en un portátil Lenovo. Habló en Sevilla el "
            "lunes 6 de noviembre ante doscientas personas. «Pequeño basta», dijo.",
            (
                "Un estudio de 2023 trata de los modelos pequeños.",
                "Según María Keller, los modelos responden en 0,8 segundos.",
                "El 6 de noviembre, Keller presentó en Sevilla los resultados.",
                "Basta un portátil Lenovo. Los investigadores de la Universidad de Granada están contentos.",
                "El lunes había mucho público, curioso y atento.",
            ),
        ),
    ),
}
"""By language: sources, and sentences that hold nothing else."""

SEEDED: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("number", "It took {} volunteers."), ("number", "The bill rose to ${}."), ("number", "Some {} guests came."),
        ("percent", "Numbers fell by {} at once."), ("date", "It began on {} at dawn."), ("date", "Since {} all is well."),
        ("name", "The engineer {} agreed at once."), ("name", "It was planned with {} long ago."),
        ("place", "A second site is planned in {} soon."), ("quote", "“{}”, a visitor said."), ("link", "Read more at {}."),
        ("acronym", "The {} paid for it."), ("year", "The first one was built in {}."),
    ),
    "de": (
        ("number", "Es halfen {} Freiwillige."), ("number", "Die Rechnung stieg auf {} Euro."), ("number", "Rund {} Gäste kamen."),
        ("percent", "Die Zahl sank um {}."), ("date", "Es begann am {} im Morgengrauen."), ("date", "Seit dem {} ist alles gut."),
        ("name", "Die Ingenieurin {} stimmte zu."), ("name", "Geplant hat es {} vor langer Zeit."),
        ("place", "Ein zweiter Ort ist in {} geplant."), ("quote", "„{}“, sagte ein Gast."), ("link", "Mehr dazu auf {}."),
        ("acronym", "Die {} hat es bezahlt."), ("year", "Das erste wurde im Jahr {} gebaut."),
    ),
    "fr": (
        ("number", "Il a fallu {} bénévoles."), ("number", "La facture a atteint {} euros."), ("number", "Environ {} personnes sont venues."),
        ("percent", "Le nombre a baissé de {}."), ("date", "Tout a commencé le {} à l'aube."), ("date", "Depuis le {} tout va bien."),
        ("name", "L'ingénieure {} a accepté."), ("name", "Le projet a été conçu par {} il y a longtemps."),
        ("place", "Un second site est prévu à {} bientôt."), ("quote", "« {} », dit un visiteur."), ("link", "En savoir plus sur {}."),
        ("acronym", "La {} a payé."), ("year", "Le premier fut construit en {}."),
    ),
    "es": (
        ("number", "Ayudaron {} voluntarios."), ("number", "La factura subió a {} euros."), ("number", "Unas {} personas vinieron."),
        ("percent", "El número bajó un {}."), ("date", "Todo empezó el {} al amanecer."), ("date", "Desde el {} todo va bien."),
        ("name", "La ingeniera {} aceptó."), ("name", "El proyecto fue ideado por {} hace tiempo."),
        ("place", "Un segundo lugar está previsto en {} pronto."), ("quote", "«{}», dijo un visitante."), ("link", "Más en {}."),
        ("acronym", "La {} lo pagó."), ("year", "El primero se construyó en {}."),
    ),
}  # fmt: skip
"""By language: a kind of fact, and a sentence for it."""

NAMES = (
    "Dr Weiss",
    "Clara Nowak",
    "Thomas Brandt",
    "Elena García",
    "Jean Dubois",
    "John O'Hara",
    "Ludwig van Dam",
    "Rosa Ortiz",
    "Peter Lindqvist",
)
PLACES = (
    "Hamburg",
    "Lisbon",
    "Oslo",
    "Kyoto",
    "Marseille",
    "Toronto",
    "Nairobi",
    "Dublin",
    "Graz",
    "San Marino",
)
ACRONYMS = ("NASA", "UNESCO", "WHO", "ESA", "OECD", "UEFA")
QUOTES = {
    "en": ("We never saw such a thing", "It was worth the wait"),
    "de": ("So etwas haben wir nie gesehen", "Das Warten hat sich gelohnt"),
    "fr": ("On n'avait jamais vu cela", "Cela valait la peine d'attendre"),
    "es": ("Nunca vimos nada igual", "La espera valió la pena"),
}
LINKS = (
    "https://news.example.net/tide",
    "www.boats.example.com/list",
    "https://example.org/other-page",
    "info@boats.example.com",
)
MONTHS = {
    "en": ("January", "May", "August", "October"),
    "de": ("Januar", "Mai", "August", "Oktober"),
    "fr": ("janvier", "mai", "août", "octobre"),
    "es": ("enero", "mayo", "agosto", "octubre"),
}


def number(rng: random.Random, language: str) -> str:
    value = rng.choice([17, 85, 350, 980, 4_300, 16_500, 720_000])
    mark = {"en": ",", "de": ".", "fr": "\u202f", "es": "."}[language]
    return f"{value:,}".replace(",", mark)


def date(rng: random.Random, language: str) -> str:
    day, month, year = (
        rng.randint(1, 28),
        rng.choice(MONTHS[language]),
        rng.choice([1998, 2011, 2019]),
    )
    return {
        "en": rng.choice([f"{day} {month} {year}", f"{month} {day}, {year}", f"{day} {month}"]),
        "de": rng.choice([f"{day}. {month} {year}", f"{day}. {month}", f"{day}.8.{year}"]),
        "fr": rng.choice([f"{day} {month} {year}", f"{day} {month}"]),
        "es": rng.choice([f"{day} de {month} de {year}", f"{day} de {month}"]),
    }[language]


def fact(rng: random.Random, kind: str, language: str) -> str:
    """Return a fact that no source holds."""
    if kind == "number":
        return number(rng, language)
    if kind == "date":
        return date(rng, language)
    values = {
        "percent": [f"{share}%" for share in (13, 27, 66)],
        "name": NAMES,
        "place": PLACES,
        "acronym": ACRONYMS,
        "quote": QUOTES[language],
        "link": LINKS,
        "year": [str(year) for year in (1887, 1954, 1987, 2016)],
    }
    return rng.choice(list(values[kind]))


@dataclass(slots=True)
class Tally:
    """What was seeded, and what of it was found."""

    seeded: Counter[str] = field(default_factory=Counter)
    """By kind of fact."""
    found: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    """Marks on what the source holds, by language."""
    misses: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found.total() / self.seeded.total()

    @property
    def precision(self) -> float:
        return self.found.total() / (self.found.total() + self.wrong.total())


def measure(*, is_other: bool = False, seed: int = SEED) -> Tally:
    """Look for the facts of 400 answers: those that the rules were made on, or the others."""
    tally, rng = Tally(), random.Random(seed)  # noqa: S311 - the same answers each time
    for language in SOURCES:
        for _ in range(ANSWERS_PER_LANGUAGE):
            _measure_one(tally, rng, language, is_other=is_other)
    return tally


def _measure_one(tally: Tally, rng: random.Random, language: str, *, is_other: bool) -> None:
    source, sentences = rng.choice((more_facts.SOURCES if is_other else SOURCES)[language])
    seeded = (more_facts.SEEDED if is_other else SEEDED)[language]
    facts = {}
    for kind, sentence in rng.sample(seeded, rng.randint(0, 3)):
        text = (
            rng.choice(more_facts.VALUES[language][kind]) if is_other else fact(rng, kind, language)
        )
        facts[text] = (kind, sentence.format(text))
    parts = [
        *rng.sample(sentences, rng.randint(2, 4)),
        *(sentence for _kind, sentence in facts.values()),
    ]
    rng.shuffle(parts)
    # Lists and headings have lines of their own.
    answer = " ".join(part if part[-1] in ".!?»”" else f"\n{part}\n" for part in parts)
    marks = unsourced_facts(answer, source)
    for text, (kind, _sentence) in facts.items():
        hits = [mark for mark in marks if mark in text or text in mark]
        tally.seeded[kind] += 1
        tally.found[kind] += bool(hits)
        marks = [mark for mark in marks if mark not in hits]
        if not hits:
            tally.misses.append(f"{language} not found: {kind} {text!r} in {answer}")
    tally.wrong[language] += len(marks)
    if marks:
        tally.misses.append(f"{language} wrong: {marks} in {answer}")


def main() -> None:
    """Print recall and precision, over all and by kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    for is_other in (False, True):
        print("OTHER ANSWERS" if is_other else "ANSWERS THAT THE RULES WERE MADE ON")
        tally = measure(is_other=is_other, seed=arguments.seed)
        for line in tally.misses if arguments.misses else ():
            print(line)
        for kind, number_of in sorted(tally.seeded.items()):
            print(f"{kind:12} {tally.found[kind]:4} of {number_of:4}")
        print(f"recall    {tally.recall:.3f}")
        print(f"precision {tally.precision:.3f}  wrong: {dict(tally.wrong)}\n")


if __name__ == "__main__":
    main()
