"""The words of assistants about a text, in the languages that sites are mostly written in.

Each entry is a regular expression, one line for each language or group of related words.
"""

from __future__ import annotations

AGREEMENTS = (
    r"sure(?: thing)?|certainly|of course|absolutely|okay|ok|alright|great(?: question)?|no problem"
    r"|gladly|(?:i{0}d be )?(?:happy|glad) to help(?: you)?(?: with (?:that|this))?|with pleasure|yes|got it"
    r"|understood|definitely|perfect|i can help(?: you)? with (?:that|this)|you{0}re welcome".replace(
        "{0}", "['’]"
    ),
    r"natürlich|klar(?: doch)?|gerne?|sicher|selbstverständlich|verstanden|alles klar|mit vergnügen",
    r"bien sûr|certainement|avec plaisir|d['’]accord|volontiers|absolument|parfait",
    r"claro(?: que sí)?|por supuesto|desde luego|con gusto|entendido|¡claro!?|¡por supuesto!?",
    r"natuurlijk|zeker|uiteraard|met plezier|prima|graag",
    r"certo|certamente|volentieri|com certeza|com prazer|com todo o prazer",
    r"jasne|oczywiście|självklart|javisst|selvfølgelig|naturligvis|tietysti|totta kai|samozřejmě|jistě"
    r"|természetesen|desigur|sigur|elbette|tabii(?: ki)?|tentu(?: saja)?|chắc chắn(?: rồi)?",
    r"конечно|хорошо|звісно|звичайно|разумеется|βεβαίως|φυσικά",
    r"好的|当然(?:可以)?|當然(?:可以)?|没问题|可以|もちろんです?|はい|承知しました|かしこまりました|물론입니다|물론이죠|네",
    r"بالتأكيد|بالطبع|حسنًا|בהחלט|כמובן|बिल्कुल|ज़रूर|แน่นอน|ได้เลย",
)
"""Agreement, in front of anything else."""

TEXTS = (
    r"(?:sub|meta[- ]?)?(?:title|headline|heading|subject line|summary|description|caption|alt(?:ernative)?[ -]?text"
    r"|tagline|version|translation|rewrite|revision|paraphrase|post|tweet|suggestion|option|proposal|draft"
    r"|sentence|paragraph|abstract|teaser|slogan|answer|response|output|text)s?",
    r"(?:meta[- ]?|alternativ|seiten|bild|beitrags|artikel|blog)?(?:unter)?(?:titel|überschrift|zusammenfassung"
    r"|beschreibung|vorschl[aä]ge?|version|übersetzung|fassung|text|beitrag|antwort|schlagzeile|entwurf|bildunterschrift"
    r"|titel-?vorschl[aä]ge?|titel[- ]voorstel(?:len)?|titelförslag|textvorschl[aä]ge?|ausgabe)(?:en|e|n|s)?",
    r"(?:titre|résumé|description|légende|proposition|version|traduction|texte|réponse|accroche|phrase)s?",
    r"títulos?|titular(?:es)?|resumen(?:es)?|descripci(?:ón|ones)|propuestas?|versi(?:ón|ones)|traducci(?:ón|ones)"
    r"|textos?|respuestas?|leyendas?|opci(?:ón|ones)|sugerencias?",
    r"titels?|kop(?:pen)?|samenvatting|beschrijving|voorstel(?:len)?|versie|vertaling|tekst|antwoord|bijschrift"
    r"|suggesties?",
    r"titol[oi]|riassunt[oi]|descrizion[ei]|propost[ae]|versione|traduzione|testo|risposta|suggeriment[oi]",
    r"resumo|descrição|tradução|versão|sugest(?:ão|ões)|resposta",
    r"tytuł(?:y|u)?|nagłówek|streszczenie|podsumowanie|opis|tłumaczenie|propozycj[ae]|wersja|odpowiedź|tekst",
    r"rubrik(?:en)?|sammanfattning(?:en)?|beskrivning(?:en)?|översättning(?:en)?|förslag(?:et)?"
    r"|overskrift(?:en)?|titt?el(?:en)?|resumé|sammendrag|oversættelse|oversettelse|forslag(?:et)?|beskrivelse",
    r"otsikko(?:ehdotus)?|tiivistelmä|kuvaus|käännös|ehdotus|název|název|titulek|titulku|shrnutí|popis|překlad|návrh"
    r"|cím(?:et)?|összefoglaló|leírás|fordítás|javaslat|titlu(?:l)?|rezumat|descriere|traducere|propunere"
    r"|başlı[kğ]ı?|özet|açıklama|çeviri|öneri|judul(?:nya)?|ringkasan(?:nya)?|deskripsi|terjemahan(?:nya)?",
    r"заголов(?:ок|ка|ки)|назв(?:ание|а)|перевод|переклад|описание|опис|резюме|вариант(?:ы)?(?: заголовка)?|ответ"
    r"|τίτλος|περίληψη|μετάφραση|περιγραφή|κείμενο",
    r"текст(?:а|ът|у)?|tekst(?:a|en|et|as)?|teksts|texti|teksti|teks|teksto|textul|testu|testun|szöveg(?:et)?|metin|metni|văn bản",
)
"""What editors ask for."""

UNSPACED_TEXTS = (
    r"(?:建议|推荐|新|候选)?(?:标题|標題|摘要|总结|翻译|翻譯|描述|译文|版本|文本|文案)(?:建议|选项)?|タイトル案?|見出し|要約|翻訳|説明文?"
    r"|제목|요약|번역|설명|(?:ال)?عنوان(?:ًا|ا)?|(?:ال)?ملخص|(?:ال)?ترجمة|כותרת|תקציר|תרגום|शीर्षक|सारांश|अनुवाद"
    r"|tiêu đề|bản tóm tắt|bản dịch|หัวข้อ|ชื่อเรื่อง|สรุป|คำแปล",
    r"(?:修改|修正|修訂|修订|校对|校對|更正|改写|改寫|润色|潤色)(?:过|過|后|後)?的?(?:文字|内容|內容|文章|版本|文本)"
    r"|(?:修正|校正|改善|編集|訂正)(?:後|済み|した|された)?の?(?:テキスト|文章|文|版)|(?:수정|교정|개선|편집)된 (?:텍스트|글|문장|내용|버전)"
    r"|(?:ال)?نص (?:ال)?(?:مصحح|معدل|منقح)|(?:ה)?טקסט ה?(?:מתוקן|ערוך)|متن (?:اصلاح|تصحیح|ویرایش)[\u200c ]?شده"
    r"|(?:संशोधित|सुधारा हुआ|सही किया गया) (?:पाठ|टेक्स्ट|लेख)|ข้อความ(?:ที่)?(?:แก้ไข|ปรับปรุง)(?:แล้ว)?",
)
"""The same in scripts that do not separate words, or join others to them."""

RESULTS = (r"results?|json|code|idea|ergebnis|résultat|resultado|risultato|resultaat|wynik",)
"""Other names of an answer; as a label they are too common in titles."""

QUALIFIERS = (
    r"suggested|proposed|recommended|new|final|improved|revised|corrected|possible|catchy|short(?:er|ened)?|your|my"
    r"|our|seo|page|blog|article|post|social media|linkedin|facebook|instagram|image|photo|product|rewritten"
    r"|best|recommended|rephrased|translated|simplified|edited|proofread|generated|optimi[sz]ed|updated|alternative|plain|cleaned[- ]up"
    r"|plain language|plain text|english|german|french|spanish|dutch|italian|polished|concise|suitable|potential"
    r"|engaging",
    r"neuer?|möglicher?|vorgeschlagener?|korrigierter?|überarbeiteter?|verbesserter?|vereinfachter?|übersetzter?"
    r"|gekürzter?|deutsche[rs]?|passender?|mein|ihr|finaler?",
    r"nouveau|nouvelle|votre|mon|ma|mi|tu|su|nuevo|nueva|nuovo|nuova|novo|nova"
    r"|voorgestelde|mogelijke|verbeterde|vertaalde|nieuwe|vereenvoudigde|mijn|nytt",
    r"proponowany|poprawiony|nowy|możliwy|возможный|предлагаемый|новый|исправленный|отредактированный",
    r"gecorrigeerde|gekorrigeerde|korrigerte?|korrigerede?|rettede|rettet|korrigerad|rättad|korjattu|muokattu|opraven[ýá]|javított|corectat"
    r"|düzeltilmiş|виправлений|исправљени|ispravljeni|коригираният|parandatud|pataisytas|labotais|leiðréttur|itinamang|διορθωμένο",
)
"""What stands before the name of a text in a label."""

STYLES = (
    r"short(?:er)?|long(?:er)?|sweet|dry|playful|serious|formal|informal|casual|creative|catchy|direct|descriptive|simple"
    r"|plain|funny|humorous|witty|emotional|dramatic|poetic|lyrical|professional|friendly|neutral|informative|factual"
    r"|classic|bold|punchy|concise|clear|modern|provocative|intriguing|inspiring|inspirational|conversational|engaging"
    r"|straightforward|minimal(?:ist)?|elegant|seo(?:[- ]friendly)?|news[- ]style|journalistic",
    r"kurz|kürzer|lang|länger|knapp|verspielt|ernst(?:haft)?|sachlich|förmlich|formell|locker|kreativ|direkt|beschreibend"
    r"|einfach|schlicht|witzig|humorvoll|lustig|emotional|dramatisch|poetisch|professionell|freundlich|neutral|informativ"
    r"|klassisch|prägnant|knackig|frech|modern",
    r"courte?|longue?|ludique|sérieu(?:x|se)|formel(?:le)?|décontractée?|créati(?:f|ve)|directe?|descripti(?:f|ve)|simple"
    r"|drôle|humoristique|dramatique|poétique|professionnel(?:le)?|neutre|informati(?:f|ve)|classique|accrocheu(?:r|se)"
    r"|concise?|percutante?",
    r"cort[oa]|larg[oa]|lúdic[oa]|seri[oa]|formal|creativ[oa]|direct[oa]|descriptiv[oa]|sencill[oa]|divertid[oa]|emocional"
    r"|dramátic[oa]|poétic[oa]|profesional|neutral|informativ[oa]|clásic[oa]|llamativ[oa]|concis[oa]",
)
"""What tells one of several texts from the others."""

STYLES_JOINED = r"(?: (?:&|and|und|et|y) |, )"

ARTICLES = (
    r"the|an?|one|der|die|das|eine?|le|la|une?|el|los|una?|il|lo|uno|o|a|uma?|een|de|het|en|ett?",
)
"""What stands before a qualifier."""

AFTERWORDS = (
    r"options?|suggestions?|ideas?|proposals?|tags?|vorschl[aä]ge?|in (?:english|german|french|spanish|dutch|plain language)",
    r"corrigée?|proposée?|suggérée?|possible|traduite?|simplifiée?|révisée?|de titre|de texte|accrocheu(?:r|se)",
    r"sugerid[oa]|propuest[oa]|corregid[oa]|posible|traducid[oa]|simplificad[oa]|mejorad[oa]|de título|de texto",
    r"suggerit[oa]|propost[oa]|corrett[oa]|tradott[oa]|semplificat[oa]|di titolo|di testo",
    r"proposto|corrigido|traduzido|simplificado|melhorado",
    r"corectat|corregit|corrixido|zuzendua|đã (?:được )?(?:chỉnh )?sửa|yang (?:telah |sudah )?(?:diperbaiki|dibetulkan|dikoreksi|disunting)",
)
"""What stands behind it."""

PRESENTATIONS = (
    r"here(?:{0}s| is| are| it is| goes| we go| you go| you are)|this is|below (?:is|are)|the following (?:is|are)"
    r"|(?:i{0}ve|i have) (?:written|created|made|come up with|drafted|prepared)|i came up with|i{0}d go with|please find"
    r"|i(?:{0}d| would| can| could)? (?:suggest|recommend|propose)|my (?:suggestion|recommendation|proposal) is"
    r"|(?:how|what) about|try|consider|you (?:could|can|may|might) (?:use|try|consider)|let{0}s (?:go with|try|use)"
    r"|let me (?:suggest|propose|offer)|based on|according to|after (?:reading|reviewing|analy[sz]ing)|as requested"
    r"|as an ai|(?:thank you|thanks) for|for (?:this|your|the) (?:article|post|text|page|blog|summary)".replace(
        "{0}", "['’]"
    ),
    r"hier (?:ist|sind|kommt|kommen|ein|eine|einige|mein|der|die|das)|ich habe|ich (?:schlage|würde|empfehle)"
    r"|wie wäre es mit|basierend auf|auf (?:der )?grundlage|wie gewünscht",
    r"voici|voilà|j['’]ai (?:écrit|rédigé|créé|choisi)|je (?:vous )?(?:propose|suggère|recommande)|que diriez-vous de",
    r"aquí (?:está|están|tienes?|te dejo|van?)|he (?:escrito|creado|redactado)|(?:te |le )?(?:propongo|sugiero|recomiendo)"
    r"|basado en|aqui (?:está|estão|vai|tem)|eis|segue|sugiro|proponho",
    r"hier (?:is|zijn|volgt|heb je)|ik heb|ik (?:stel|raad)|wat dacht je van|ecco|di seguito|(?:ti )?(?:propongo|suggerisco)",
    r"oto|proponuję|här (?:är|kommer)|her (?:er|kommer)|jag föreslår|jeg foreslår|tässä (?:on|ovat)|ehdotan|zde (?:je|jsou)"
    r"|tady je|íme|itt van|iată|aici este|işte|berikut(?: adalah)?|ini|đây là|dưới đây là",
    r"tu je|evo|ovo je|ево|ово је|ето|aquí (?:tens|teniu)|hona hemen|štai|šeit ir|siin on|hér er|dyma(?:['’]r)?|narito",
    r"вот|предлагаю|ось|пропоную|εδώ είναι|ορίστε|ακολουθεί",
    r"以下[是为為がはに]|这[是里]|這[是裡]|這里|这里是|我建议|こちら[がは]|다음은|여기|إليك|فيما يلي|هذا|הנה|להלן|यहाँ|यह रहा|नीचे|در اینجا|این|นี่คือ|ต่อไปนี้คือ",
)
"""What presents a text."""


def either(*groups: tuple[str, ...]) -> str:
    """Return one pattern of the words of all languages; longer words first where they share a beginning."""
    return "(?:" + "|".join(word for group in groups for word in group) + ")"
