"""What a Worker says in English is said in every language: all that stands in its program, and what was said before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.lookout.judgement import judge
from bot.lookout.pace import Pace
from bot.lookout.sight import Seen
from bot.storage.lookouts import Lookout
from bot.texts.catalogue import wording
from bot.texts.direction import without
from bot.texts.limits import TEXT
from bot.texts.recognising import LONGEST, recognised
from bot.texts.render import render
from bot.texts.sentences import OLDER, SENTENCES
from deploy.reports import Event
from flows.dealings import MOST_TOLD, in_its_words, why, why_paused
from flows.languages import Language
from flows.telling import answer
from flows.trouble import trouble
from flows.words import Slot, Told, say
from tests.bot.javascript import filled_into, texts
from tests.bot.unsaid import LISTED
from tests.storage.rows import worker

TEMPLATE = Path(__file__).parents[2] / "worker_template"
OTHERS = [language for language in Language if language is not Language.ENGLISH]
SPANISH, GERMAN, ARABIC = Language.SPANISH, Language.GERMAN, Language.ARABIC
WHEN = "on Monday at 9:30 in New York"
SUMS = "$25.00 of VTI, $1,025.50 of BRK.B"

# What stands for an expression in a template; every value is tried.
FILLED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("usd(cents)", "sum", "price", "usd(total)", "usd(limit)", "usd(loss)", "usd(power)",
                     "usd(account.equity)"), ("$1,025.00", "an unknown amount")),
    **dict.fromkeys(("symbol", "intent.symbol", "wanted.symbol"), ("VTI", "BRK.B")),
    **dict.fromkeys(("shares", "sale.qty", "quantity(nano)", "quantity(row.nano)", "quantity(seen)"), ("0.0346", "3")),
    **dict.fromkeys(("state", "message", "failure.message"), ("account updated", 'no "such" thing. Really')),
    **dict.fromkeys(("sums", 'placed.join(", ")'), ("$25.00 of VTI", SUMS)),
    **dict.fromkeys(("inWords(opens, time.ms)", "inWords(clock.opens, time.ms)", "when"),
                    (WHEN, "today at 16:00 in New York", "on November 24 at 9:30 in New York")),
    **dict.fromkeys(("reason", "note", "paused.note"), ("You asked for it.",)),
    'doubtful.join(", ")': ("VTI", "VTI, BND"),
    "period": ("today", "this week"),
    "months": ("10", "1"),
    "Math.round(now)": ("0", "63"),
    "weight": ("60",),
    "held": ("1 holding", "2 holdings", "0 holdings"),
    "order.side": ("buy", "sell"),
    "sumOf(order)": ("$25.00 of VTI",),
    "what": ("Not sold: VTI.", "Not bought: $5.00 of VTI."),
    "name": ("the limit for one order", "the cash in the account"),
    "ours": ("The bot made a mistake with this order.",),
    "said": ("", "Alpaca refused the order without a reason."),
    "odd": ("its price is not known",),
    "ending": ("was cancelled",),
    "part": ("", " Before that, $3.00 of it was sold."),
    "why(symbol)": ("", " Its price is above its mean of 10 months."),
    "closed": (f"The market is closed. It opens {WHEN}.",),
    "is": ("", " The bot is paused."),
    "gone": ("Alpaca holds fewer shares of VTI than the bot bought; it did not sell the rest itself.",),
    "hint": ("It is paused. Please delete it in your Cloudflare account.",),
    "done": ("bought", "sold"),
    "ENDINGS[status]": ("was cancelled",),
    "WHY[failure.why]": ("Alpaca could not be reached.",),
    "AGAIN": ("The bot tries again at its next look.",),
    "inWords(orders, period)": ("", f"Bought today already: {SUMS}."),
    '[...new Set(orders.map(({ reason }) => reason))].join(" ")': ("There is not enough money in the account.",),
    'intent.side === "buy" ? "bought" : "sold"': ("bought", "sold"),
    'held[symbol] ? "" : "not "': ("", "not "),
    "text": ("Bought $5.00 of VTI", "Sold VTI for $5.00"),
}  # fmt: skip
DIFFERENT = {
    ("cloudflare.js", "message"): ("Cloudflare did not allow it.", "Cloudflare could not be reached."),
    ("halt.js", "said"): ("", ' Alpaca said: "no".'),
    ("plan-mix.js", "said"): ("Everything is close to its target.",),
    ("orders.js", "what"): ("buy", "sell about"),
}
# Parts of sentences, and where they stand.
WITHIN = {
    "That would make $5.00, and {} is $4.00.": (
        "the limit for one order", "the limit for one day", "the limit for one symbol", "the whole budget",
        'the cash ${cashKept > 0 ? "that may be used" : "in the account"}',
    ),
    "Whether it is within the cash {} could not be checked.": ("that may be used", "in the account"),
    "VTI is left alone: {}.": (
        "its price is not known", "its latest price is too old",
        "its price is more than 20% away from the day before",
    ),
    "The order to buy $5.00 of VTI {}.": (
        "was cancelled", "ran out at the end of its day", "was turned down by Alpaca",
        "was replaced by another at Alpaca", "can no longer be found at Alpaca",
    ),
    "The order to {} $5.00 of VTI was cancelled.": ("sell about",),
    "Sent {} and not carried out yet: $5.00 of VTI.": ("this week",),
    "Alpaca counts {}.": ("an unknown amount",),
    "{}: 0.1 shares at $50.00 each.": ("Bought ${usd(cents)} of ${symbol}", "Sold ${symbol} for ${sum}"),
    "Refused today: {}.": ("${usd(cents)} of ${symbol}", '${usd(toCents(notional, "up"))} of ${symbol}'),
    "Watching only. The account is worth $5.00, with {}.": ("${positions.length} holdings",),
    "Trading was paused {}.": ("${dayInWords(there, days)} at ${clock} in New York",),
    "The market is closed. It opens {} at 9:30 in New York.": (
        "on ${DAYS[date.getUTCDay()]}", "on ${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}",
    ),
}  # fmt: skip
INNER = {
    "positions.length": "7", 'usd(toCents(notional, "up"))': "$5.00", "dayInWords(there, days)": "yesterday",
    "clock": "16:05", "DAYS[date.getUTCDay()]": "Sunday", "MONTHS[date.getUTCMonth()]": "February",
    "date.getUTCDate()": "29", 'cashKept > 0 ? "that may be used" : "in the account"': "that may be used",
}  # fmt: skip
_WORDS = re.compile(r"[A-Za-z,;.:] [A-Za-z]|[a-z]\.$")
_SQL = re.compile(r"\b(SELECT|INSERT|DELETE FROM|UPDATE|CREATE TABLE|ORDER BY|NULL)\b|\bAS \$")


def sentences() -> list[tuple[str, str]]:
    """List what reads like a sentence or a part of one in the Worker's program, with its file."""
    found = ((path.name, text) for path in sorted(TEMPLATE.glob("*.js")) for text in texts(path.read_text()))
    return [(name, text) for name, text in found if _WORDS.search(bare(text)) and not _SQL.search(text)]


def bare(text: str) -> str:
    """Take out what is filled into a template."""
    for inner in filled_into(text):
        text = text.replace(f"${{{inner}}}", "X")
    return text


def filled(name: str, text: str) -> Iterator[str]:
    """Fill a template in, each hole with each of its values while the others have their first."""
    holes = {inner: DIFFERENT.get((name, inner)) or FILLED.get(inner, ()) for inner in filled_into(text)}
    unknown = [hole for hole, values in holes.items() if not values]
    assert not unknown, f"{name}: what may stand for {unknown} in {text!r}?"
    first = {hole: values[0] for hole, values in holes.items()}
    for hole, values in holes.items() or [("", ("",))]:
        for value in values:
            words = text
            for each, other in {**first, hole: value}.items():
                words = words.replace(f"${{{each}}}", other)
            yield words


def said_elsewhere() -> dict[str, str]:
    """Give each part of a sentence with a sentence in which it stands."""
    within = {}
    for sentence, parts in WITHIN.items():
        for part in parts:
            words = part
            for inner in filled_into(part):
                words = words.replace(f"${{{inner}}}", INNER.get(inner) or FILLED[inner][0])
            within[part] = sentence.format(words)
    return within


PARTS = said_elsewhere()
FOUND = sentences()


@pytest.mark.parametrize(("name", "text"), FOUND)
def test_every_sentence_of_the_program_is_known(name: str, text: str) -> None:
    """A new one needs a line in bot/texts/sentences.py and its translations, or a reason in tests/bot/unsaid.py."""
    if text in LISTED:
        return
    for words in [PARTS[text]] if text in PARTS else filled(name, text):
        assert recognised(words), f"{name}: {words}"


def test_the_program_is_really_read_and_the_lists_are_not_stale() -> None:
    known = {text for _, text in FOUND}
    assert len(known) > 150
    assert {*LISTED, *PARTS} - known == set()


def example(english: str) -> str:
    """A sentence with something in each slot."""
    slots = {"words": "no such thing", "when": WHEN, "orders": SUMS, "symbols": "VTI, BND", "symbol": "VTI",
             "ending": "was cancelled", "period": "this week", "ceiling": "the whole budget", "count": "3",
             "months": "10", "share": "63%", "target": "60%", "shares": "0.5", "before": "2"}  # fmt: skip
    return re.sub(r"\{(\w+)\}", lambda match: slots.get(match[1], "$1,025.00"), english)


EXAMPLES = {
    **{example(wording(message, Language.ENGLISH, 3)): message for message in SENTENCES},
    **{example(english): message for english, message in OLDER.items()},
}


def test_no_sentence_is_taken_for_another() -> None:
    assert {words: [each.id for each in recognised(words)] for words in EXAMPLES} == {
        words: [message] for words, message in EXAMPLES.items()
    }


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_said_in_every_language(language: Language) -> None:
    for words in EXAMPLES:
        told = shown(Told("", words), language)
        assert told
        assert "{" not in told
        foreign = re.sub(r"no such thing|Alpaca|Cloudflare|New York|VTI|BND|BRK\.B", "", told)
        assert not {"the", "of", "and"} & set(re.findall(r"[a-z]+", foreign)), told


def shown(slot: Slot, language: Language) -> str:
    return " ".join(without(render(say("button.plain", text=slot), language)).split())


def test_several_sentences_become_several() -> None:
    words = "Nothing to do. Not repeated this week: $1,025.00 of VTI, $5.00 of BND. The order was cancelled."
    assert shown(Told("", words), GERMAN) == (
        "Nichts zu tun. Wird diese Woche nicht wiederholt: VTI für 1.025,00 $ und BND für 5,00 $. "
        "Der Auftrag wurde storniert."
    )
    opens = Told("reason.closed", "The market is closed. It opens on November 24 at 9:30 in New York.")
    assert shown(opens, SPANISH) == ("El mercado está cerrado. Abre el 24 de noviembre a las 9:30, hora de Nueva York.")
    assert shown(opens, Language.CHINESE) == "现在休市。11月24日纽约时间 9:30 开市。"
    lost = "The bot's shares lost $1,025.00 in one day, and the limit is $20.00."
    assert "1.025,00 US$ en un día, y el límite es 20,00 US$" in shown(Told("", lost), SPANISH)


def test_an_english_chat_reads_the_worker_s_own_words() -> None:
    for words in ("Nothing to do. Everything is close to its target.", "Something new. <b>&"):
        assert shown(Told("", words), Language.ENGLISH).startswith(words[:14])


def test_what_is_not_known_is_told_by_its_code_or_quoted_as_it_is() -> None:
    newer = "Nothing to do. The moon is full."
    assert shown(Told("reason.idle", newer), GERMAN) == "Es gab nichts zu tun."
    assert shown(Told("", newer), GERMAN) == f"„{newer}“"
    assert shown(Told("reason.of_tomorrow", "<b>x</b>"), SPANISH) == "«&lt;b&gt;x&lt;/b&gt;»"
    assert "\u2068The moon is full.\u2069" in render(say("button.plain", text=Told("", "The moon is full.")), ARABIC)
    assert shown(Told("", ""), GERMAN) == ""
    for odd in ("", " ", "Nothing to do", "nothing to do.", "Nothing to do.Nothing to do.", "x" * 9 * LONGEST):
        assert recognised(odd) == ()


def test_what_was_cut_is_said_as_far_as_it_goes() -> None:
    cut = "Not bought: $5.00 of VTI. That would make $30.00, and the limit f…"
    assert shown(Told("", cut), GERMAN) == "Nicht gekauft: VTI für 5,00 $. …"
    assert shown(Told("", "The moon is f…"), GERMAN) == "„The moon is f…“"


def test_a_worker_that_talks_without_end_keeps_nobody_waiting() -> None:
    assert len(recognised("Nothing to do. " * 200)) == 200
    assert recognised('Alpaca said: "' * 5000) == ()
    assert recognised(", ".join(["Bought today already: $5.00 of VTI"] * 5000)) == ()
    flood = shown(in_its_words("Nothing to do. " * 30_000), GERMAN)
    assert flood.startswith("Nichts zu tun. ")
    assert flood.endswith("…")
    assert len(flood) < TEXT
    assert shown(in_its_words("x" * 500_000), Language.ENGLISH) == "x" * MOST_TOLD + "…"


def test_a_sum_that_no_language_can_write_is_quoted() -> None:
    for odd in ("$" + "9" * 40 + ".00", "$" + "9" * 3000 + ".00", "$٣.٠٠"):
        assert shown(Told("", f"Not bought: {odd} of VTI."), GERMAN) == f"„Not bought: {odd} of VTI.“"
    assert shown(Told("", "Not bought: $9,999,999,999.99 of VTI."), GERMAN) == (
        "Nicht gekauft: VTI für 9.999.999.999,99 $."
    )


def test_news_of_a_worker_are_told_in_the_chat_s_language() -> None:
    event = Event(6, "", "trade", "Bought $10.00 of VTI: 0.034600001 shares at $289.02 each.", {})
    row = worker("ab12cd34ab12cd34")
    seen = Seen((event,), 6, 1_800_000_000.0, "")
    (news,) = judge(Lookout(row.id, 1, 0, answered_at=1), row, seen, Pace(), 1_800_000_060.0, credible=True).news
    assert without(render(news.text, GERMAN)).replace("\xa0", " ") == (
        "• Gekauft: VTI für 10,00 $. Anteile: 0,034600001, zu je 289,02 $."
    )
    assert without(render(news.text, ARABIC)) == (
        "• اشتُري VTI بمبلغ $10.00: عدد الأسهم 0.034600001 بسعر $289.02 للسهم."
    )


def test_remarks_pauses_and_refusals_are_told_in_the_chat_s_language() -> None:
    closed = answer("closed", {"remark": "Not all of it is sold yet. Please ask again in a few minutes."})
    assert closed is not None
    assert render(closed, SPANISH) == "Aún no se ha vendido todo. Vuelve a preguntar en unos minutos."
    assert shown(why_paused("tidy", "A command asked for it."), GERMAN) == "Ein Befehl hat es so verlangt."
    assert shown(why_paused("user", "You asked for it."), GERMAN) == "Du hast ihn pausiert."
    assert shown(why("per_order", "refused", "Not sold: VTI. That is not a proper amount."), GERMAN) == (
        "Nicht verkauft: VTI. Das ist kein gültiger Betrag."
    )
    beyond = trouble("beyond_ceiling", {"detail": "The plan names a symbol you did not agree to."})
    assert "El plan nombra un símbolo que no aceptaste." in render(beyond, SPANISH)
    for reason, words in (("bad_plan", "PLAN.months is missing."), ("unauthorized", "")):
        for language in (GERMAN, Language.ENGLISH):
            refused = render(trouble("worker_refused", {"detail": words, "reason": reason}), language)
            assert wording(f"refused.{reason}", language) in refused
            assert "PLAN" not in refused
    blocked = trouble("account_blocked", {"detail": "trading blocked"})
    assert "(der Handel ist gesperrt)" in render(blocked, GERMAN)
    assert in_its_words("") == ""
