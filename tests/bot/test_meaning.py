"""What is typed instead of tapped: a button's words, or a question in one's own words."""

from __future__ import annotations

import pytest

from bot.meaning import meant
from bot.texts.search import find_topic, is_question
from flows.codec import Dialog
from flows.events import Asked, Context, Said, Tapped
from flows.languages import Language
from flows.plans import Mode, Watch
from flows.states import AskToken, Home, NewWorker, PickSymbol, Reading, State, Welcome

NOW = Context(1_800_000_000, "00")


def understood(state: State, text: str) -> object:
    return meant(Dialog(state), Said(text), NOW, Language.ENGLISH)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Is this safe?", "security"),
        ("could somebody steal my keys", "security"),
        ("How much does it cost?", "costs"),
        ("is it free?", "costs"),
        ("what happens if you disappear", "independence"),
        ("can you withdraw my money?", "permissions"),
        ("can the key take money out of my bank", "permissions"),
        ("what data do you keep about me?", "privacy"),
        ("what is a broker?", "words"),
        ("what does TOKEN mean", "words"),
        ("switch to live later", "modes"),
        ("how do I go from paper to real money?", "modes"),
        ("can I have both modes side by side?", "modes"),
    ],
)
def test_a_question_finds_its_topic(question: str, topic: str) -> None:
    assert is_question(question)
    assert find_topic(question, Language.ENGLISH) == topic
    assert understood(Home(), question) == Asked(topic)


# Chinese has no blanks between words, Arabic fastens its article to them, Russian bends them; accents are left out.
@pytest.mark.parametrize(
    ("language", "question", "topic"),
    [
        (Language.SPANISH, "¿cuánto cuesta esto?", "costs"),
        (Language.SPANISH, "me pueden robar el dinero", "security"),
        (Language.SPANISH, "pueden sacar dinero de mi cuenta?", "permissions"),
        (Language.SPANISH, "como empiezo a operar de verdad", "trial"),
        (Language.SPANISH, "va a vender mis propias acciones?", "budget"),
        (Language.PORTUGUESE, "quanto custa isso?", "costs"),
        (Language.PORTUGUESE, "é seguro dar minhas chaves?", "security"),
        (Language.PORTUGUESE, "alguém pode sacar meu dinheiro?", "permissions"),
        (Language.PORTUGUESE, "o que você sabe fazer?", "help"),
        (Language.PORTUGUESE, "o que acontece se o soar fechar?", "independence"),
        (Language.GERMAN, "was kostet das?", "costs"),
        (Language.GERMAN, "kann das gehackt werden?", "security"),
        (Language.GERMAN, "kann jemand Geld abheben?", "permissions"),
        (Language.GERMAN, "wie stelle ich die Meldungen nachts stumm", "news"),
        (Language.GERMAN, "verkauft er meine eigenen Aktien?", "budget"),
        (Language.RUSSIAN, "сколько это стоит?", "costs"),
        (Language.RUSSIAN, "могут ли украсть мои ключи?", "security"),
        (Language.RUSSIAN, "может ли бот вывести мои деньги?", "permissions"),
        (Language.RUSSIAN, "как отключить уведомления?", "news"),
        (Language.CHINESE, "要花多少钱？", "costs"),
        (Language.CHINESE, "我的密钥会被盗吗？", "security"),
        (Language.CHINESE, "可以提现吗？", "permissions"),
        (Language.CHINESE, "什么是试运行？", "trial"),
        (Language.ARABIC, "كم يكلف هذا؟", "costs"),
        (Language.ARABIC, "هل هذا آمن؟", "security"),
        (Language.ARABIC, "هل يستطيع سحب أموالي؟", "permissions"),
        (Language.ARABIC, "كيف أبدأ التداول؟", "trial"),
        (Language.SPANISH, "¿puedo pasar a dinero real más tarde?", "modes"),
        (Language.PORTUGUESE, "como mudo para dinheiro real depois?", "modes"),
        (Language.GERMAN, "wie wechsle ich später zu echtem Geld?", "modes"),
        (Language.RUSSIAN, "как потом перейти на настоящие деньги?", "modes"),
        (Language.CHINESE, "以后怎么切换到真钱？", "modes"),
        (Language.ARABIC, "كيف أنتقل إلى المال الحقيقي لاحقًا؟", "modes"),
        *((language, "switch to live later", "modes") for language in Language),
    ],
)
def test_a_question_in_ones_own_language_finds_its_topic(language: Language, question: str, topic: str) -> None:
    assert is_question(question)
    assert meant(Dialog(Home()), Said(question), NOW, language) == Asked(topic)


@pytest.mark.parametrize("talk", ["hello my friend there", "who are you?", "how do I buy bitcoin?", "???", "nice"])
def test_what_nobody_has_an_answer_to_stays_what_was_said(talk: str) -> None:
    assert understood(Welcome(), talk) == Said(talk)


def test_a_question_is_answered_where_a_secret_is_awaited_too() -> None:
    asking = AskToken(NewWorker(Mode.PAPER, Watch(), "w"))
    assert understood(asking, "is this safe?") == Asked("security")


def test_where_words_are_the_answer_they_are_taken_for_it() -> None:
    picking = PickSymbol(Mode.PAPER)
    assert understood(picking, "how much does it cost?") == Said("how much does it cost?")
    assert understood(Reading("help", picking), "how much does it cost?") == Said("how much does it cost?")


def test_a_buttons_words_come_before_a_question() -> None:
    assert understood(Welcome(), "how is this SAFE") == Tapped("security")


def test_a_very_long_text_is_no_question() -> None:
    assert not is_question("is this safe " * 40)
