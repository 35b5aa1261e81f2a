"""Tell a verdict on a text, that nothing in it is to be changed, from the text."""

from __future__ import annotations

import re

_A_TEXT = r"(?:the|your|this) (?:(?:provided|original|given|input|entire) )?(?:text|sentence|paragraph|title|content)"
_FAULTS = r"(?:(?:spelling|grammar|grammatical|punctuation|obvious|spelling or grammar) )?(?:changes|corrections|edits|errors|mistakes|typos)"
_SENTENCES = (
    rf"(?:(?:there (?:are|were)|i (?:found|see|made)|{_A_TEXT} (?:contains|has|needs)) )?no (?:further |other )?{_FAULTS}"
    rf"(?: (?:are |were |is )?(?:needed|necessary|required|found|made|to (?:correct|fix|make)))?(?: in {_A_TEXT})?",
    rf"{_A_TEXT} (?:is|was|appears|seems|looks)(?: to be)?(?: already)?(?: grammatically)? (?:correct|error[- ]free|free (?:of|from) {_FAULTS}|fine|perfect|good)"
    r"(?: as (?:it )?is)?(?: and [^.!\n]{0,60})?",
    rf"i (?:did not|didn['’]t|could not|couldn['’]t) find any {_FAULTS}(?: in {_A_TEXT})?",
    r"(?:es (?:sind|waren|gibt) )?keine (?:änderungen|korrekturen|fehler)(?: (?:sind |waren )?(?:nötig|notwendig|erforderlich|gefunden|enthalten))?",
    r"(?:der|dein|ihr|dieser) text (?:ist (?:bereits |schon |so )?(?:fehlerfrei|korrekt|richtig)|enthält keine fehler)",
    r"(?:il n['’]y a )?aucune (?:modification|correction|erreur|faute)(?: n['’]est)?(?: (?:nécessaire|requise|à faire|à signaler|trouvée))?",
    r"(?:le|votre|ce) texte (?:est (?:déjà )?(?:correct|sans faute)|ne contient (?:aucune|pas d['’]) ?(?:erreur|faute)s?)",
    r"no (?:hay|(?:se )?(?:necesitan|requieren|encontr(?:aron|é)|necesita|requiere)|son necesari[oa]s)(?: ningún| ninguna)? (?:cambios?|correcci(?:ón|ones)|error(?:es)?)(?: necesari[oa]s| que hacer)?",
    r"(?:el|tu|su|este) texto (?:ya )?(?:es|está) (?:ya )?(?:correcto|bien)(?: escrito)?|(?:el|este) texto no (?:tiene|contiene) (?:errores|faltas)",
    r"(?:il|questo) testo (?:è (?:già )?(?:corretto|privo di errori)|non contiene errori)|(?:non è necessaria )?nessuna (?:correzione|modifica)(?: necessaria)?"
    r"|non ci sono errori|nessun errore(?: trovato)?",
    r"o texto (?:já )?está (?:correto|correcto)|o texto não (?:tem|contém) erros|(?:não é necessária )?nenhuma (?:alteração|correção|correcção)(?: (?:é )?necessária)?"
    r"|nenhum erro(?: encontrado)?|não há erros",
    r"de(?:ze)? tekst (?:is (?:al )?(?:correct|foutloos)|bevat geen fouten)|(?:er zijn )?geen (?:wijzigingen|correcties|aanpassingen|fouten)(?: (?:nodig|gevonden))?",
    r"texten är (?:redan )?(?:korrekt|felfri)|inga (?:ändringar|rättelser|fel)(?: (?:behövs|hittades))?",
    r"teksten er (?:allerede )?(?:korrekt|fejlfri|feilfri|riktig)|(?:der er )?ingen (?:ændringer|rettelser|fejl|endringer|feil)(?: (?:er )?(?:nødvendige|nødvendig|fundet|funnet))?",
    r"teksti on (?:jo )?(?:oikein|virheetön)|ei (?:muutoksia|korjattavaa|virheitä)",
    r"tekst jest (?:już )?(?:poprawny|bezbłędny)|(?:tekst )?nie (?:wymaga (?:poprawek|zmian|korekty)|zawiera błędów)|brak (?:błędów|zmian)",
    r"text je (?:již |už )?(?:správný|správně|v pořádku|bez chyb)|(?:nejsou (?:nutné|potřeba) )?žádné (?:změny|opravy|zmeny)(?: nejsou (?:nutné|potřeba))?",
    r"a szöveg (?:helyes|hibátlan)|textul este (?:deja )?corect|metin (?:zaten )?(?:doğru|hatasız)|(?:herhangi bir )?(?:değişiklik|düzeltme) gerek(?:miyor|li değil)",
    r"текст (?:уже )?(?:написан (?:без ошибок|верно|правильно)|не содержит ошибок|корректен|правильный)|(?:исправлений|изменений|правок) не требуется|ошибок (?:не найдено|нет)",
    r"текст (?:вже )?(?:правильний|не містить помилок|без помилок)|(?:виправлень|змін) не потрібно|помилок (?:не знайдено|немає)",
    r"το κείμενο είναι (?:ήδη )?σωστό|δεν (?:χρειάζονται|απαιτούνται) (?:αλλαγές|διορθώσεις)",
    r"(?:该|此|這段|这段)?文[本字](?:没有|沒有|无|無)(?:任何)?(?:错误|錯誤)|(?:无需|無需|不需要)(?:任何)?(?:修改|更改|修正)|没有(?:发现)?错误",
    r"(?:修正|変更)(?:は|の)(?:必要ありません|必要はありません|不要です)|誤り(?:は|が)(?:ありません|見つかりませんでした)|(?:수정|변경)할 (?:내용|부분|것)이 없습니다|오류가 없습니다",
    r"النص صحيح|لا (?:توجد أخطاء|حاجة (?:إلى|لـ?) ?(?:أي )?تعديل)|לא (?:נדרשים|נדרשו) (?:תיקונים|שינויים)|הטקסט תקין|متن (?:صحیح|درست) است",
    r"văn bản (?:không có lỗi|đã (?:đúng|chính xác))|không cần (?:sửa|thay đổi)|tidak ada (?:perubahan|kesalahan|perbaikan)(?: yang (?:diperlukan|ditemukan))?|teks sudah benar",
)
_NO_CHANGES = re.compile(
    rf"(?i)\W{{0,5}}(?:(?:{'|'.join(_SENTENCES)})(?:[.!。！।]|(?=\W*(?:\n|\Z)))\W{{0,5}}?){{1,3}}(?=\W*(?:\n|\Z))"
)


def no_changes(text: str) -> int:
    """Return the length of the sentences at the beginning of an answer that say so; 0 for none.

    An article may begin so, too: they count where the text was given to the model to be worked on.
    """
    found = _NO_CHANGES.match(text)
    return found.end() if found else 0
