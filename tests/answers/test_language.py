"""The language of a text is told where that is sure; else there is no verdict."""

from __future__ import annotations

import gettext
import random
import re
from pathlib import Path

import django
import pytest

from wagtail_llm_actions.answers.checks.language import known_language, language_of, other_language

LOCALES = Path(django.__file__).parent / "conf" / "locale"
GERMAN = "Die Boote lagen bis zum Mittag trocken, und niemand hatte ihnen Bescheid gesagt."
ENGLISH = "The boats lay dry until noon, and nobody had told them that the tide was early."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (GERMAN, "de"),
        ("Les bateaux sont restés à sec jusqu'à midi, et personne ne les avait prévenus.", "fr"),
        ("Los barcos quedaron en seco hasta el mediodía y nadie les había avisado.", "es"),
        ("Лодки стояли на мели до полудня, и никто не сказал им, что это будет так рано.", "ru"),
        ("Τα καράβια έμειναν στη στεριά μέχρι το μεσημέρι.", "el"),
        ("船は正午まで干上がったままで、誰も知らされていなかった。", "ja"),
        ("船只一直搁浅到中午，没有人事先通知它们。", "zh-hans"),
        ("배들은 정오까지 말라 있었고 아무도 알려주지 않았다.", "ko"),
        # Nobody can be sure.
        ("Early tide", ""),
        ("Port Isaac 2024: Boats, Boats, Boats", ""),
        ("港", ""),
        ("12.3.2024", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_text_is_told_by_script_and_frequent_words(
    text: str, language: str
) -> None:
    assert language_of(text) == language


def test_a_text_in_another_language_is_one_only_where_that_is_certain() -> None:
    assert other_language(ENGLISH, "de-ch") == "en"
    assert other_language(GERMAN, "de") == ""
    assert other_language("Early tide", "de") == ""
    # A language that is not known cannot be told from others.
    assert other_language(ENGLISH, "cy") == ""
    assert other_language(ENGLISH, "") == ""


def test_a_quotation_in_another_language_does_not_decide() -> None:
    assert other_language(f"{GERMAN} „The tide was early“, sagte der Hafenmeister.", "de") == ""


def test_a_japanese_headline_may_have_no_kana() -> None:
    assert other_language("東京都知事選挙、投票率過去最低記録更新", "ja") == ""
    assert other_language("船只一直搁浅到中午，没有人事先通知它们。" * 3, "ja") == "zh-hans"


@pytest.mark.parametrize(
    ("wanted", "simplified", "traditional"),
    [
        *(("zh-hans", "", "zh-hant"), ("zh-cn", "", "zh-hant"), ("zh", "", "")),
        *(("zh-hant", "zh-hans", ""), ("zh-tw", "zh-hans", ""), ("zh_HK", "zh-hans", "")),
    ],
)
def test_the_two_scripts_of_chinese_are_told_apart(
    wanted: str, simplified: str, traditional: str
) -> None:
    assert (
        other_language("这些船只一直搁浅到中午，没有人来对它们说时间过了。", wanted) == simplified
    )
    assert (
        other_language("這些船隻一直擱淺到中午，沒有人來對它們說時間過了。", wanted) == traditional
    )


@pytest.mark.parametrize(
    ("code", "known"),
    [("de-at", "de"), ("pt_BR", "pt"), ("nn", "nb"), ("zh-hant", "zh-hans"), ("tlh", "")],
)
def test_variants_of_a_language_are_that_language(code: str, known: str) -> None:
    assert known_language(code) == known


def translations() -> dict[str, list[str]]:
    """Return Django's own sentences by language."""
    texts: dict[str, list[str]] = {}
    for path in LOCALES.glob("*/LC_MESSAGES/django.mo"):
        code = known_language(path.parts[-3])
        with path.open("rb") as file:
            catalog: dict[object, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        pairs = [(original, text) for original, text in catalog.items() if text != original]
        sentences = [text for _original, text in pairs if len(text.split()) >= 6]
        if code and len(sentences) > 30:
            texts[code] = [re.sub(r"%\(\w+\)\w|%\w|<[^>]+>", "", text) for text in sentences]
    return texts


def test_verdicts_on_djangos_translations_are_right_and_frequent() -> None:
    rng = random.Random(13)  # noqa: S311 - the same texts each time
    right = wrong = unsure = 0
    for code, sentences in translations().items():
        for _ in range(20):
            text = " ".join(rng.sample(sentences, 4))
            right += language_of(text) == code
            unsure += not language_of(text)
            wrong += bool(other_language(text, code))

    assert wrong <= 0.01 * (right + wrong + unsure)
    assert right >= 0.8 * (right + wrong + unsure)
