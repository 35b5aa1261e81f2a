"""Cleaning in many languages: lead-ins, quotation marks, and what only looks like them."""

from __future__ import annotations

import pytest

from wagtail_llm_actions.answers.cleaning import clean
from wagtail_llm_actions.answers.destination import Destination, Source
from wagtail_llm_actions.prompts.variables import TAG

LINE = Destination(is_one_line=True, max_length=255)
LINES = Destination()
TEXT = "The tide came early.\n\nThe boats lay dry."
LEAD_INS = (
    "Voici la version corrigée :",
    "Voici le texte corrigé :",
    "Voici une proposition de titre :",
    "Bien sûr ! Voici le résumé :",
    "Hier ist der korrigierte Text:",
    "Hier ist die korrigierte Version:",
    "Gerne! Hier ist der Titel:",
    "Natürlich, hier ist eine Zusammenfassung:",
    "Korrigierter Text:",
    "Texte corrigé :",
    "Aquí está el texto corregido:",
    "Aquí tienes el resumen:",
    "Texto corregido:",
    "Ecco il testo corretto:",
    "Ecco la traduzione:",
    "Testo corretto:",
    "Aqui está o texto corrigido:",
    "Segue o resumo:",
    "Texto corrigido:",
    "Hier is de gecorrigeerde tekst:",
    "Gecorrigeerde tekst:",
    "Här är den korrigerade texten:",
    "Her er den rettede tekst:",
    "Her er den korrigerte teksten:",
    "Tässä on korjattu teksti:",
    "Oto poprawiony tekst:",
    "Poprawiony tekst:",
    "Zde je opravený text:",
    "Tu je opravený text:",
    "Íme a javított szöveg:",
    "Iată textul corectat:",
    "İşte düzeltilmiş metin:",
    "Düzeltilmiş metin:",
    "Вот исправленный текст:",
    "Исправленный текст:",
    "Ось виправлений текст:",
    "Ево исправљеног текста:",
    "Evo ispravljenog teksta:",
    "Ето коригирания текст:",
    "Εδώ είναι το διορθωμένο κείμενο:",
    "Aquí tens el text corregit:",
    "Hona hemen testu zuzendua:",
    "Aquí está o texto corrixido:",
    "以下是修改后的文本：",
    "以下是翻译：",
    "以下是校对后的版本：",
    "以下為修正後的文字：",
    "這是修改後的文字：",
    "こちらが修正版です：",
    "以下が修正後の文章です：",
    "修正後のテキスト：",
    "다음은 수정된 텍스트입니다:",
    "수정된 텍스트:",
    "إليك النص المصحح:",
    "النص المصحح:",
    "הנה הטקסט המתוקן:",
    "متن اصلاح\u200cشده:",
    "در اینجا متن اصلاح شده آمده است:",
    "यहाँ संशोधित पाठ है:",
    "नीचे सुधारा हुआ पाठ है:",
    "นี่คือข้อความที่แก้ไขแล้ว:",
    "ข้อความที่แก้ไขแล้ว:",
    "Đây là văn bản đã chỉnh sửa:",
    "Văn bản đã sửa:",
    "Berikut adalah teks yang telah diperbaiki:",
    "Berikut teks yang diperbaiki:",
    "Ini teks yang telah dibetulkan:",
    "Siin on parandatud tekst:",
    "Štai pataisytas tekstas:",
    "Šeit ir labotais teksts:",
    "Hér er leiðréttur texti:",
    "Dyma'r testun wedi'i gywiro:",
    "Hier is die gekorrigeerde teks:",
    "Narito ang itinamang teksto:",
)


def cleaned(answer: str, destination: Destination) -> str:
    return clean(answer, destination, TAG, source=Source("Boats and the sea.")).text


@pytest.mark.parametrize("lead_in", LEAD_INS)
def test_what_presents_a_corrected_text_is_no_part_of_it(lead_in: str) -> None:
    assert cleaned(f"{lead_in}\n\n{TEXT}", LINES) == TEXT
    assert cleaned(f"{lead_in}\n\nThe tide", LINE) == "The tide"
    assert cleaned(f"{lead_in} The tide", LINE) == "The tide"


@pytest.mark.parametrize(
    "marks",
    [
        *(
            "„“",
            "„”",
            "„‟",
            "»«",
            "«»",
            "»»",
            "‹›",
            "‚‘",
            "“”",
            "””",
            "「」",
            "『』",
            "《》",
            "〈〉",
            "〝〟",
        ),
        *("﹁﹂", "״״", "＂＂"),
    ],
)
def test_the_quotation_marks_of_each_language_are_taken_off_a_whole_text(marks: str) -> None:
    assert cleaned(f"{marks[0]}潮は早く来た{marks[1]}", LINE) == "潮は早く来た"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "„Die Flut“ kam „früh“",
            "»Havet» och »hamnen»",
            "«La mer» et «le port»",
            "「潮」と「港」",
        ),
        *(
            "„Die Flut“ kam früh",
            "Die Flut kam „früh“",
            "《红楼梦》新版上映",
            "L’« affaire »",
            "’s Avonds aan zee",
        ),
        *(
            'צה"ל נסוג',
            "צה״ל נסוג",
            "«Non», dit-elle",
            "Ето защо приливът дойде",
            "Evo zašto: more",
            "Tekstilmuseet",
        ),
        *("Metinler ve deniz", "این دریا", "文字の海", "Teksas: havet"),
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert cleaned(text, LINE) == text


COMMENTS = (
    "J'espère que cela vous aide !",
    "N'hésitez pas à me dire si vous souhaitez d'autres modifications.",
    "Remarque : j'ai corrigé deux fautes.",
    "Lassen Sie mich wissen, wenn Sie weitere Änderungen wünschen.",
    "Ich hoffe, das hilft!",
    "Hinweis: Ich habe zwei Kommafehler korrigiert.",
    "Espero que te sea útil.",
    "Nota: he corregido dos errores.",
    "Spero che ti sia utile!",
    "Espero que ajude!",
    "Laat het me weten als je nog iets wilt aanpassen.",
    "Ik hoop dat dit helpt!",
    "Hoppas detta hjälper!",
    "Jeg håber, det hjælper!",
    "Toivottavasti tästä on apua!",
    "Mam nadzieję, że to pomoże!",
    "Daj znać, jeśli chcesz coś zmienić.",
    "Doufám, že to pomůže!",
    "Remélem, segít!",
    "Sper că ajută!",
    "Umarım yardımcı olur!",
    "Надеюсь, это поможет!",
    "Дайте знать, если нужны ещё правки.",
    "Сподіваюся, це допоможе!",
    "Ελπίζω να βοηθάει!",
    "希望这对你有帮助！",
    "如果需要进一步修改，请告诉我。",
    "修改说明：\n- 标点",
    "如需進一步修改，請告訴我。",
    "お役に立てれば幸いです。",
    "修正点：\n- 句読点",
    "他にご要望があればお知らせください。",
    "도움이 되셨기를 바랍니다!",
    "آمل أن يكون هذا مفيدًا!",
    "מקווה שזה עוזר!",
    "امیدوارم مفید باشد!",
    "आशा है कि यह मदद करेगा!",
    "Hy vọng điều này hữu ích!",
    "Semoga membantu!",
    "หวังว่าจะเป็นประโยชน์",
    "Modifications apportées :\n- accord du participe",
    "Änderungen:\n- Komma ergänzt",
    "Cambios realizados:\n- tilde",
    "Modifiche apportate:\n- virgola",
    "Alterações feitas:\n- vírgula",
    "Wijzigingen:\n- komma",
    "Ändringar:\n- komma",
    "Ændringer:\n- komma",
    "Zmiany:\n- przecinek",
    "Změny:\n- čárka",
    "Değişiklikler:\n- virgül",
    "Изменения:\n- запятая",
    "Зміни:\n- кома",
    "수정 사항:\n- 쉼표",
    "التغييرات:\n- فاصلة",
)
VERDICTS = (
    "Le texte est correct.",
    "Aucune correction nécessaire.",
    "Le texte ne contient aucune faute.",
    "Der Text ist korrekt.",
    "Keine Änderungen nötig.",
    "Der Text enthält keine Fehler.",
    "El texto es correcto.",
    "No se necesitan cambios.",
    "El texto no tiene errores.",
    "Il testo è corretto.",
    "Nessuna correzione necessaria.",
    "O texto está correto.",
    "Nenhuma alteração necessária.",
    "De tekst is correct.",
    "Geen wijzigingen nodig.",
    "Texten är korrekt.",
    "Inga ändringar behövs.",
    "Teksten er korrekt.",
    "Ingen ændringer nødvendige.",
    "Teksti on oikein.",
    "Tekst jest poprawny.",
    "Nie wymaga poprawek.",
    "Text je správný.",
    "A szöveg helyes.",
    "Textul este corect.",
    "Metin doğru.",
    "Текст написан без ошибок.",
    "Исправлений не требуется.",
    "Ошибок не найдено.",
    "Текст правильний.",
    "Το κείμενο είναι σωστό.",
    "文本没有错误。",
    "无需修改。",
    "無需修改。",
    "修正は必要ありません。",
    "誤りはありません。",
    "수정할 내용이 없습니다.",
    "النص صحيح.",
    "לא נדרשים תיקונים.",
    "Văn bản không có lỗi.",
    "Tidak ada perubahan yang diperlukan.",
    "No changes needed.",
    "The text is correct.",
)


@pytest.mark.parametrize("comment", COMMENTS)
def test_what_is_said_below_a_text_is_no_part_of_it(comment: str) -> None:
    assert cleaned(f"{TEXT}\n\n{comment}", LINES) == TEXT


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_on_a_text_that_was_to_be_corrected_is_no_text(verdict: str) -> None:
    own = Source("Les bateaux sont à sec.", is_own=True)

    assert clean(verdict, LINES, TAG, source=own).is_unchanged
    assert not clean(verdict, LINES, TAG, source=Source(verdict, is_own=True)).is_unchanged


@pytest.mark.parametrize(
    "ending",
    [
        "Semoga bermanfaat bagi para pelaut.",
        "Änderungen:\n- Der Fährplan gilt ab Mai.",
        "Изменения:\n- Паром ходит с мая.",
        "Espero que vuelvan los barcos.",
        "この記事がお役に立てれば幸いです。",
    ],
)
def test_an_ending_that_is_about_the_subject_stays(ending: str) -> None:
    assert cleaned(f"{TEXT}\n\n{ending}", LINES) == f"{TEXT}\n\n{ending}"
