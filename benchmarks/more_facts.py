"""Sources, sentences and seeds on which the rules for facts were not made; see ``benchmarks.facts``."""

# ruff: noqa: RUF001
from __future__ import annotations

SOURCES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "en": (
        (
            "The Red Lion in Whitby reopens on Friday 5 July at 6 pm after a fire in 2021. Landlady Susan Clarke "
            "spent £340,000 on the kitchen and hired 14 people, half of them under 25. “We were close to giving up,” "
            "she says, “but the town would not let us.” Starters cost between £6 and £9. Book on 01947 555 010 or "
            "at bookings@redlionwhitby.co.uk. Children under twelve eat free until the end of August.",
            (
                "Susan Clarke’s pub in Whitby reopens on Friday evening at 6pm.",
                "Three years after the fire the Red Lion is back, with a kitchen that cost £340k.",
                "Fourteen staff work there. Half are younger than 25.",
                "“We were close to giving up”, Clarke admits, but Whitby rallied round.",
                "Expect to pay £6–£9 for a starter; under-12s eat free throughout August.",
                "- Opening: 5 July, 18:00\n- Bookings: bookings@redlionwhitby.co.uk",
                "What Locals Love About The Red Lion",
                "Nobody in town expected this. Even Clarke had doubts.",
            ),
        ),
        (
            "In the 1990s, Dr Amina Yusuf and her brother Idris began to plant mangroves on the coast of Kenya near "
            "Lamu. Today 2.3 million trees stand on 1,150 hectares. A study in the journal Marine Ecology found that "
            "two thirds of the fish had returned by 2018. The project has cost the World Bank $4.8m since 2004. "
            "Yusuf was born in Mombasa in 1961 and studied in Leeds. “Mud is our capital,” she likes to say.",
            (
                "Yusuf, who was born in 1961, started planting in the nineties.",
                "More than two million mangroves now grow near Lamu, a Kenyan town.",
                "The World Bank has paid 4.8 million dollars since 2004.",
                "By 2018 about 66 percent of the fish were back, Marine Ecology reports.",
                "“Mud is our capital” is a favourite line of Amina Yusuf and Idris Yusuf.",
                "She grew up in Mombasa and went to university in Leeds.",
                "Why it matters: mangroves protect the coast, and fishermen earn more.",
                "The Yusufs planted on over 1,100 hectares. Their trees are doing well.",
            ),
        ),
        (
            "Northfield Rovers beat Ashton Town 3–1 on Saturday in front of 8,412 fans at Mill Lane. Striker Kofi "
            "Mensah, 19, scored twice in the first half; captain Tom Reid added a penalty in the 78th minute. Rovers "
            "are now fourth in League Two with 41 points from 24 games. Coach Ellen Hart praised the youngster: "
            "“Kofi does not know what fear is.” The next match is away at Dunmore on 14 January, kick-off 7.45pm.",
            (
                "Two goals by teenager Kofi Mensah put Northfield Rovers on course for a 3-1 win.",
                "Tom Reid converted a penalty after 78 minutes at Mill Lane.",
                "Rovers stand in 4th place with 41 points after twenty-four games.",
                "“Kofi does not know what fear is”, said coach Ellen Hart.",
                "More than 8,000 fans saw Saturday’s match against Ashton Town.",
                "Next up: Dunmore away on January 14 at 19:45.",
                "Hart praised Mensah, who is only 19. Dunmore should be warned.",
            ),
        ),
    ),
    "de": (
        (
            "Das Gasthaus Zum Anker in Travemünde öffnet am Freitag, dem 5. Juli, um 18 Uhr wieder, nachdem es 2021 "
            "gebrannt hatte. Wirtin Susanne Petersen hat 340.000 Euro in die Küche gesteckt und 14 Leute eingestellt, "
            "die Hälfte davon unter 25. „Wir wollten schon aufgeben“, sagt sie, „aber der Ort ließ uns nicht.“ "
            "Vorspeisen kosten zwischen 6 und 9 Euro. Reservierung unter 04502 555 010 oder info@anker-travemuende.de.",
            (
                "Am Freitagabend um 18:00 Uhr öffnet Susanne Petersens Gasthaus in Travemünde.",
                "Drei Jahre nach dem Brand ist der Anker zurück, mit einer neuen Küche für 340 000 Euro.",
                "Vierzehn Angestellte arbeiten dort, fünfzig Prozent davon sind jünger als 25 Jahre.",
                "„Wir wollten schon aufgeben“, gesteht Petersen, doch die Stammgäste hielten zu ihr.",
                "Eine Vorspeise gibt es für 6–9 Euro; Tische reserviert man unter info@anker-travemuende.de.",
                "Die Freude bei Nachbarn, Gästen und Lieferanten ist groß, die Vorfreude auf Scholle und Bier auch.",
                "- Wiedereröffnung: 5.7., 18 Uhr\n- Vorspeisen: ab 6 Euro",
            ),
        ),
        (
            "In den 1990er-Jahren begannen Dr. Amina Yusuf und ihr Bruder Idris, an der Küste Kenias bei Lamu Mangroven "
            "zu pflanzen. Heute stehen dort 2,3 Millionen Bäume auf 1.150 Hektar. Eine Studie in der Zeitschrift Marine "
            "Ecology fand, dass bis 2018 zwei Drittel der Fische zurückgekehrt waren. Die Weltbank hat seit 2004 "
            "4,8 Mio. Dollar gezahlt. Yusuf wurde 1961 in Mombasa geboren und studierte in Leeds. „Schlamm ist unser "
            "Kapital“, sagt sie gern.",
            (
                "Yusuf, Jahrgang 1961, begann in den Neunzigern mit dem Pflanzen.",
                "Mehr als zwei Millionen Mangroven wachsen heute bei Lamu an der kenianischen Küste.",
                "Die Weltbank zahlte seit 2004 rund 4,8 Millionen Dollar für das Projekt.",
                "Bis 2018 kehrten etwa 66 Prozent der Fische zurück, wie Marine Ecology berichtet.",
                "„Schlamm ist unser Kapital“ lautet der Leitspruch von Amina und Idris Yusuf.",
                "Aufgewachsen in Mombasa, ging sie zum Studium nach Leeds.",
                "Für Fischer, Kinder und Vögel bedeutet der Wald Schutz vor Stürmen und Hunger.",
            ),
        ),
        (
            "Der SV Nordfeld hat am Samstag vor 8.412 Zuschauern im Mühlenstadion mit 3:1 gegen den TSV Aschau gewonnen. "
            "Stürmer Kofi Mensah, 19, traf in der ersten Halbzeit zweimal; Kapitän Tom Riedel verwandelte in der 78. "
            "Minute einen Elfmeter. Nordfeld ist nun mit 41 Punkten aus 24 Spielen Vierter der Regionalliga. Trainerin "
            "Elena Hartmann lobte: „Kofi weiß nicht, was Angst ist.“ Das nächste Spiel ist am 14. Januar um 19.45 Uhr in Dünmoor.",
            (
                "Zwei Tore des Teenagers Kofi Mensah brachten den SV Nordfeld auf die Siegerstraße zum 3:1.",
                "Tom Riedel traf nach 78 Minuten vom Punkt.",
                "Nordfeld steht mit 41 Zählern nach vierundzwanzig Spielen auf dem 4. Platz.",
                "„Kofi weiß nicht, was Angst ist“, sagte Trainerin Hartmann nach dem Abpfiff.",
                "Über 8000 Zuschauer sahen am Samstag das Spiel gegen den TSV Aschau.",
                "Weiter geht es am 14.1. um 19:45 Uhr in Dünmoor.",
                "Hartmanns Mannschaft zeigte Kampfgeist, Spielfreude und eine gute Abwehr.",
            ),
        ),
    ),
    "fr": (
        (
            "L'auberge du Lion rouge, à Saint-Malo, rouvre le vendredi 5 juillet à 18 h après l'incendie de 2021. La "
            "patronne Suzanne Leclerc a investi 340 000 euros dans la cuisine et embauché 14 personnes, dont la moitié a "
            "moins de 25 ans. « Nous étions près d'abandonner, dit-elle, mais la ville ne l'a pas permis. » Les entrées "
            "coûtent entre 6 et 9 euros. Réservations au 02 99 55 50 10 ou sur contact@lionrouge-stmalo.fr.",
            (
                "Vendredi soir à 18h00, l'auberge de Suzanne Leclerc rouvre ses portes à Saint-Malo.",
                "Trois ans après l'incendie, le Lion rouge revient avec une cuisine à 340 000 €.",
                "Quatorze employés y travaillent ; la moitié a moins de vingt-cinq ans.",
                "« Nous étions près d'abandonner », avoue Mme Leclerc, soutenue par les Malouins.",
                "Comptez 6 à 9 euros pour une entrée. Réservez sur contact@lionrouge-stmalo.fr.",
                "- Ouverture : 5 juillet, 18 h\n- Entrées : dès 6 euros",
                "Personne n'y croyait. Pourtant, la patronne a tenu bon.",
            ),
        ),
        (
            "Dans les années 1990, la Dre Amina Yusuf et son frère Idris ont commencé à planter des palétuviers sur la côte "
            "du Kenya, près de Lamu. Aujourd'hui, 2,3 millions d'arbres couvrent 1 150 hectares. Une étude de la revue Marine "
            "Ecology a montré que les deux tiers des poissons étaient revenus en 2018. La Banque mondiale a versé 4,8 millions "
            "de dollars depuis 2004. Née à Mombasa en 1961, Yusuf a étudié à Leeds. « La boue est notre capital », aime-t-elle dire.",
            (
                "Amina Yusuf, née en 1961, a planté ses premiers arbres dans les années 90.",
                "Plus de deux millions de palétuviers poussent désormais près de Lamu, sur la côte kényane.",
                "Depuis 2004, la Banque mondiale a payé 4,8 M de dollars.",
                "En 2018, environ 66 % des poissons étaient de retour, selon Marine Ecology.",
                "« La boue est notre capital », répète la Kényane, qui a étudié à Leeds.",
                "Originaire de Mombasa, elle travaille avec son frère Idris Yusuf.",
                "Grâce aux racines, la côte résiste mieux. Les pêcheurs s'en félicitent.",
            ),
        ),
        (
            "Le FC Nordville a battu l'AS Achères 3 à 1 samedi devant 8 412 spectateurs au stade du Moulin. L'attaquant Kofi "
            "Mensah, 19 ans, a marqué deux fois en première période ; le capitaine Thomas Rey a transformé un penalty à la 78e "
            "minute. Nordville est quatrième de National 2 avec 41 points en 24 matchs. L'entraîneuse Hélène Hart a salué le "
            "jeune joueur : « Kofi ne sait pas ce qu'est la peur. » Prochain match à Dunmor le 14 janvier à 19 h 45.",
            (
                "Deux buts du jeune Kofi Mensah ont lancé Nordville vers la victoire (3-1).",
                "Thomas Rey a marqué sur penalty à la 78ᵉ minute.",
                "Nordville pointe à la 4e place avec 41 points après vingt-quatre matchs.",
                "« Kofi ne sait pas ce qu'est la peur », a déclaré Hélène Hart.",
                "Plus de 8 000 spectateurs ont assisté samedi à la rencontre contre Achères.",
                "Prochain rendez-vous : à Dunmor, le 14 janvier à 19h45.",
                "L'équipe d'Hélène Hart a montré du caractère. Bravo aux jeunes.",
            ),
        ),
    ),
    "es": (
        (
            "El mesón El León Rojo, en Ribadesella, reabre el viernes 5 de julio a las 18:00 tras el incendio de 2021. Su dueña, "
            "Susana Caballero, ha invertido 340.000 euros en la cocina y ha contratado a 14 personas, la mitad menores de 25 años. "
            "«Estuvimos a punto de rendirnos», dice, «pero el pueblo no nos dejó». Los entrantes cuestan entre 6 y 9 euros. "
            "Reservas en el 985 555 010 o en hola@leonrojo.es.",
            (
                "El viernes por la tarde, a las 18 horas, reabre el mesón de Susana Caballero en Ribadesella.",
                "Tres años después del incendio, El León Rojo vuelve con una cocina de 340 000 euros.",
                "Catorce empleados trabajan allí; la mitad tiene menos de veinticinco años.",
                "«Estuvimos a punto de rendirnos», confiesa Caballero, agradecida al pueblo.",
                "Un entrante cuesta de 6 a 9 €. Se reserva en hola@leonrojo.es.",
                "- Apertura: 5 de julio, 18:00\n- Entrantes: desde 6 euros",
                "Nadie lo esperaba. Sin embargo, la dueña no se rindió.",
            ),
        ),
        (
            "En los años noventa, la doctora Amina Yusuf y su hermano Idris empezaron a plantar manglares en la costa de Kenia, "
            "cerca de Lamu. Hoy hay 2,3 millones de árboles en 1.150 hectáreas. Un estudio de la revista Marine Ecology halló que dos "
            "tercios de los peces habían vuelto en 2018. El Banco Mundial ha pagado 4,8 millones de dólares desde 2004. Yusuf nació "
            "en Mombasa en 1961 y estudió en Leeds. «El barro es nuestro capital», suele decir.",
            (
                "Amina Yusuf, nacida en 1961, empezó a plantar en los años 90.",
                "Más de dos millones de manglares crecen hoy cerca de Lamu, en la costa keniana.",
                "Desde 2004, el Banco Mundial ha aportado 4,8 millones de dólares.",
                "En 2018 había vuelto cerca del 66 % de los peces, según Marine Ecology.",
                "«El barro es nuestro capital», repite la doctora Yusuf.",
                "Natural de Mombasa, estudió en Leeds y trabaja con su hermano Idris Yusuf.",
                "Gracias a los árboles, la costa resiste mejor. Los pescadores lo celebran.",
            ),
        ),
        (
            "El Atlético Norteño ganó 3-1 al Real Aldea el sábado ante 8.412 aficionados en el Molino. El delantero Kofi Mensah, de 19 "
            "años, marcó dos veces en la primera parte; el capitán Tomás Reyes anotó un penalti en el minuto 78. El Norteño es cuarto en "
            "Segunda RFEF con 41 puntos en 24 partidos. La entrenadora Elena Huerta elogió al joven: «Kofi no sabe lo que es el miedo». "
            "El próximo partido será en Dunmar el 14 de enero a las 19.45.",
            (
                "Dos goles del joven Kofi Mensah encaminaron la victoria del Atlético Norteño por 3 a 1.",
                "Tomás Reyes marcó de penalti en el minuto 78.",
                "El Norteño ocupa el 4.º puesto con 41 puntos tras veinticuatro partidos.",
                "«Kofi no sabe lo que es el miedo», dijo la entrenadora Elena Huerta.",
                "Más de 8.000 aficionados vieron el sábado el partido contra el Real Aldea.",
                "Próxima cita: en Dunmar, el 14 de enero a las 19:45.",
                "El equipo de Huerta mostró carácter. Enhorabuena a los jóvenes.",
            ),
        ),
    ),
}

SEEDED: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("time", "Doors open at {}."), ("phone", "Call {} for details."), ("money", "Tickets are {} each."),
        ("range", "It takes {} days."), ("decade", "The building dates from the {}."), ("organisation", "It is run by the {}."),
        ("organisation", "Money came from {} as well."), ("name", "{} takes over next spring."), ("name", "Thanks to {}, all went well."),
        ("place", "Visitors come from as far as {}."), ("place", "The family moved to {} long ago."), ("product", "She works with a {}."),
        ("quote", "He added: “{}.”"), ("share", "Sales rose by {} per cent."), ("ordinal", "It was her {} win."),
        ("date", "Applications close on {}."), ("year", "It ran from {}."), ("email", "Write to {}."), ("weekday", "It is closed on {}s."),
        ("word number", "Some {} neighbours helped."),
    ),
    "de": (
        ("time", "Einlass ist um {} Uhr."), ("phone", "Auskunft gibt es unter {}."), ("money", "Karten kosten {}."),
        ("range", "Es dauert {} Tage."), ("decade", "Das Haus stammt aus den {}."), ("organisation", "Betrieben wird es von der {}."),
        ("organisation", "Geld kam auch von {}."), ("name", "Im Frühjahr übernimmt {} die Leitung."), ("name", "Dank {} ging alles gut."),
        ("place", "Gäste reisen sogar aus {} an."), ("place", "Die Familie zog vor langer Zeit nach {}."), ("product", "Sie arbeitet mit einem {}."),
        ("quote", "Er ergänzte: „{}.“"), ("share", "Der Umsatz stieg um {} Prozent."), ("ordinal", "Es war ihr {} Sieg."),
        ("date", "Bewerben kann man sich bis zum {}."), ("year", "Es lief von {}."), ("email", "Schreiben Sie an {}."), ("weekday", "Am {} ist Ruhetag."),
        ("word number", "Rund {} Nachbarn halfen."),
    ),
    "fr": (
        ("time", "Les portes ouvrent à {}."), ("phone", "Renseignements au {}."), ("money", "Le billet coûte {}."),
        ("range", "Il faut {} jours."), ("decade", "Le bâtiment date des années {}."), ("organisation", "Il est géré par la {}."),
        ("organisation", "L'argent vient aussi de {}."), ("name", "{} prendra la relève au printemps."), ("name", "Grâce à {}, tout s'est bien passé."),
        ("place", "Les visiteurs viennent même de {}."), ("place", "La famille a déménagé à {} il y a longtemps."), ("product", "Elle travaille avec un {}."),
        ("quote", "Il a ajouté : « {}. »"), ("share", "Les ventes ont augmenté de {} pour cent."), ("ordinal", "C'était sa {} victoire."),
        ("date", "Candidatures jusqu'au {}."), ("year", "Cela a duré de {}."), ("email", "Écrivez à {}."), ("weekday", "L'endroit est fermé le {}."),
        ("word number", "Environ {} voisins ont aidé."),
    ),
    "es": (
        ("time", "Las puertas abren a las {}."), ("phone", "Información en el {}."), ("money", "La entrada cuesta {}."),
        ("range", "Se tarda {} días."), ("decade", "El edificio es de los años {}."), ("organisation", "Lo gestiona la {}."),
        ("organisation", "El dinero vino también de {}."), ("name", "{} tomará el relevo en primavera."), ("name", "Gracias a {}, todo salió bien."),
        ("place", "Los visitantes vienen incluso de {}."), ("place", "La familia se mudó a {} hace mucho."), ("product", "Trabaja con un {}."),
        ("quote", "Añadió: «{}»."), ("share", "Las ventas subieron un {} por ciento."), ("ordinal", "Era su {} victoria."),
        ("date", "Solicitudes hasta el {}."), ("year", "Duró de {}."), ("email", "Escriba a {}."), ("weekday", "Cierra los {}."),
        ("word number", "Unos {} vecinos ayudaron."),
    ),
}  # fmt: skip

_MARKS = {"en": "£", "de": " Euro", "fr": " euros", "es": " euros"}
_ANY = {
    "phone": ("030 901 820", "+44 20 7946 0018", "0171-4455667"),
    "range": ("31–33", "55 to 57"),
    "organisation": ("Wellcome Trust", "Rotary Club", "Greenpeace", "Siemens AG", "Caritas"),
    "name": (
        "Miriam Okafor",
        "Prof. Lukas Steiner",
        "J. P. Moreau",
        "Ana-Lucía Vargas",
        "Paul McKenna",
        "Sir Ian Bell",
    ),
    "place": (
        "Aix-en-Provence",
        "New Zealand",
        "Winterthur",
        "Bilbao",
        "Reykjavík",
        "Buenos Aires",
    ),
    "product": ("ThinkPad X1", "Nikon Z6", "Tesla Model Y", "iPad"),
    "share": ("12", "3.7", "88"),
    "email": ("press@oldmill.example", "m.okafor@trust.example.org"),
}
VALUES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        **_ANY, "time": ("9:30", "11.15 am", "4pm"), "money": ("£27.50", "$1,250", "€85"), "decade": ("1880s", "1950s"),
        "quote": ("Nobody else would have done it", "I will never forget that night"), "ordinal": ("32nd", "57th"),
        "date": ("3 March", "October 9, 2025", "30 Nov. 2022"), "year": ("1979 to 1983", "1934–1939"), "weekday": ("Tuesday", "Wednesday"),
        "word number": ("sixty", "thirty-five", "seven hundred"),
    },
    "de": {
        **_ANY, "time": ("9.30", "11:15", "22"), "money": ("27,50 Euro", "1.250 Euro", "85 €"), "decade": ("1880er-Jahren", "1950er Jahren"), "range": ("31–33", "55 bis 57"),
        "quote": ("Das hätte sonst niemand getan", "Diese Nacht vergesse ich nie"), "ordinal": ("32.", "57."), "share": ("12", "3,7", "88"),
        "date": ("3. März", "9. Oktober 2025", "30.11.2022"), "year": ("1979 bis 1983", "1934–1939"), "weekday": ("Dienstag", "Mittwoch"),
        "word number": ("sechzig", "fünfunddreißig", "siebenhundert"),
    },
    "fr": {
        **_ANY, "time": ("9 h 30", "11h15", "22 h"), "money": ("27,50 euros", "1 250 €", "85 €"), "decade": ("1880", "1950"), "range": ("31 à 33", "55-57"),
        "quote": ("Personne d'autre ne l'aurait fait", "Je n'oublierai jamais cette nuit"), "ordinal": ("32e", "57ᵉ"), "share": ("12", "3,7", "88"),
        "date": ("3 mars", "9 octobre 2025", "30/11/2022"), "year": ("1979 à 1983", "1934 à 1939"), "weekday": ("mardi", "mercredi"),
        "word number": ("soixante", "trente-cinq", "sept cents"),
    },
    "es": {
        **_ANY, "time": ("9:30", "11.15", "22:00"), "money": ("27,50 euros", "1.250 €", "85 €"), "decade": ("1880", "1950"), "range": ("31 a 33", "55-57"),
        "quote": ("Nadie más lo habría hecho", "Nunca olvidaré aquella noche"), "ordinal": ("32.ª", "57ª"), "share": ("12", "3,7", "88"),
        "date": ("3 de marzo", "9 de octubre de 2025", "30/11/2022"), "year": ("1979 a 1983", "1934 a 1939"), "weekday": ("martes", "miércoles"),
        "word number": ("sesenta", "treinta y cinco", "setecientos"),
    },
}  # fmt: skip
"""By language and kind: facts that no source holds."""
