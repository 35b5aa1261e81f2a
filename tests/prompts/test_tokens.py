"""Estimates of tokens against the counts of real tokenizers."""

from __future__ import annotations

import math

import pytest

from wagtail_llm_actions.prompts.tokens import approximate_tokens, prefix_length

COUNTED = [
    (
        "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood.",
        37,
    ),
    (
        "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen.",
        46,
    ),
    (
        "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de conscience et doivent agir les uns envers les autres dans un esprit de fraternité.",
        53,
    ),
    (
        "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y conciencia, deben comportarse fraternalmente los unos con los otros.",
        48,
    ),
    (
        "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan. Heille on annettu järki ja omatunto, ja heidän on toimittava toisiaan kohtaan veljeyden hengessä.",
        76,
    ),
    (
        "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa.",
        64,
    ),
    (
        "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler.",
        72,
    ),
    (
        "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi. Mọi con người đều được tạo hóa ban cho lý trí và lương tâm và cần phải đối xử với nhau trong tình anh em.",
        130,
    ),
    (
        "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. Είναι προικισμένοι με λογική και συνείδηση.",
        129,
    ),
    (
        "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства.",
        74,
    ),
    ("כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון.", 87),
    (
        "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح الإخاء.",
        107,
    ),
    ("सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।", 95),
    ("มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ", 67),
    ("ყველა ადამიანი იბადება თავისუფალი და თანასწორი თავისი ღირსებითა და უფლებებით.", 146),
    ("すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。", 50),
    ("모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.", 63),
    ("人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。", 63),
    (
        "def cost_usd(usage: Usage, price: ListPrice) -> Decimal | None:\n    if usage.output_tokens is None:\n        return None\n    return usage.output_tokens * price.output / 1_000_000\n",
        64,
    ),
    ('<ul class="list"><li><a href="/news/2026/boats/">Fish &amp; chips</a></li></ul>', 37),
    ("2026-11-27, 12:30; 1,234.56; 98765; +44 20 7946 0958", 53),
    ("🦉🚀✨👍🏽", 21),
]
"""Texts in many languages (Article 1 of the Universal Declaration of Human Rights), code and signs, with
the highest count of the tokenizers of GPT-4, GPT-4o, Llama 2, Llama 3, Gemma 3 and Qwen 3.
"""


@pytest.mark.parametrize(("text", "tokens"), COUNTED)
def test_the_estimate_is_the_highest_count_or_a_little_more(text: str, tokens: int) -> None:
    assert 0.95 * tokens <= approximate_tokens(text) <= 1.85 * tokens


def test_no_text_has_no_tokens() -> None:
    assert approximate_tokens("") == 0


@pytest.mark.parametrize("text", ["", "harbour", "дом на море", "港町 harbour 🦉", "é" * 9])
@pytest.mark.parametrize("tokens", [0, 1, 2.5, 100])
def test_the_longest_beginning_with_so_many_tokens_is_found(text: str, tokens: float) -> None:
    length = prefix_length(text, tokens)

    assert approximate_tokens(text[:length]) <= math.ceil(tokens)
    assert length == len(text) or approximate_tokens(text[: length + 1]) > tokens
