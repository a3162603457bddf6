"""Reading what people type for a plan: amounts, symbols, mixes. What cannot be read comes back as a sentence why."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from flows.plans import MOST_SYMBOLS, Weight, least_budget
from flows.words import Money, Text, say

SMALLEST, LARGEST = Decimal("1.00"), Decimal("1000.00")
LARGEST_BUDGET = Decimal("100000.00")
_SYMBOL = re.compile(r"[A-Z]{1,5}(\.[A-Z])?")
_FOREIGN = "，、；،؛和"  # commas of other writings, and China's "and", which has no blanks beside it
_PERCENT = r"%|％|٪|(?i:percent|prozent|per\s?cent|por\s?ciento|por\s?cento|процент\w*|بالمئة|في المئة)\b"
_PIECE = re.compile(rf"(?P<number>[0-9]+(?:[.,][0-9]+)?)\s*(?:{_PERCENT})?|(?P<word>[^\s\d,;:=%&+/(){_FOREIGN}-]+)")
_IGNORED = {"AND", "OF", "IN", "THE", "PERCENT", "REST"}
# "And" and "in" of other languages. Some of them are symbols as well, so they are passed over only where that helps.
_JOINING = {"y", "e", "em", "en", "und", "и", "و"}
_BETWEEN = re.compile(rf"\s*[,;+&\n{_FOREIGN}]\s*|\s+(?:and|or|{'|'.join(sorted(_JOINING))})\s+")
# What people write beside a sum, "US$" as some languages have it, and the marks of direction that copying brings along.
_BESIDE_A_SUM = re.compile(
    r"(?i)us(?=\s*\$)|usd|dollars?|d[oó]lar(?:es)?|доллар\w*|美元|دولار\w*|[\s$_\u00a0\u202f'\u200e\u200f\u2066-\u2069]"
)
_MARKS = re.compile("[\u200e\u200f\u2066-\u2069]")  # of direction
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:(?:,\d{3})+(?:\.\d+)?|(?:\.\d{3})+(?:,\d+)?)")
CASH = "CASH"
_CASH_WORDS = {
    "cash", "efectivo", "caixa", "dinheiro", "guthaben", "bargeld", "деньгами", "деньги", "现金", "نقدًا", "نقدا",
}  # fmt: skip
# "None" in each language, as its text asks for it. A plain "no", which Russian's "нет" is, too, must lift nothing.
_NONE_WORDS = {
    "none", "no limit",
    "ninguno", "ninguna", "sin límite", "sin limite",
    "nenhum", "nenhuma", "sem limite",
    "keins", "keines", "kein limit", "ohne limit",
    "без лимита", "без ограничений",
    "无", "无限制", "不限",
    "بلا", "بلا حد", "بدون حد",
}  # fmt: skip
WHOLE = 100


def read_money(text: str, smallest: Decimal, largest: Decimal) -> str | None:
    """Read dollars as people type them ("$10", "10,50", "1 000", "1.500"); None if they are none or out of bounds."""
    bare = _BESIDE_A_SUM.sub("", text)
    if _THOUSANDS.fullmatch(bare):  # three digits after the mark are never cents
        mark = next(each for each in bare if each in ",.")
        bare = bare.replace(mark, "")
    try:
        amount = Decimal(bare.replace(",", "."))
    except InvalidOperation:
        return None
    if not amount.is_finite() or not smallest <= amount <= largest or amount != round(amount, 2):
        return None
    return f"{amount:.2f}"


def is_none(text: str) -> bool:
    """Tell whether a limit is to be lifted: "none", in whichever language, as the chat's may have changed meanwhile."""
    bare = _MARKS.sub("", text).strip(" \t\n\"'“”„«»‹›「」.!。！").casefold()
    return " ".join(bare.split()) in _NONE_WORDS


def read_amount(text: str) -> str | None:
    """Read the amount of one buy."""
    return read_money(text, SMALLEST, LARGEST)


def read_budget(text: str, weights: tuple[Weight, ...]) -> str | Text:
    """Read the budget of a mix; every part of it must be worth an order."""
    amount = read_money(text, SMALLEST, LARGEST_BUDGET)
    if amount is None:
        return say("notice.budget_unreadable", most=Money(f"{LARGEST_BUDGET:.0f}", whole=True))
    least = least_budget(weights)
    return (
        amount if Decimal(amount) >= least else say("notice.budget_too_small", least=Money(f"{least:.0f}", whole=True))
    )


def read_symbol(text: str) -> str | None:
    """Read a US stock or ETF symbol ("vti", "$SPY", "brk.b"); None if it cannot be one."""
    bare = text.strip().lstrip("$").upper()
    return bare if _SYMBOL.fullmatch(bare) else None


def read_symbols(text: str) -> tuple[str, ...] | Text:
    """Read one to ten symbols, set apart by commas; by blanks only where all are capitals, as prose is not."""
    between = rf"[\s,;+&{_FOREIGN}]+" if text == text.upper() else _BETWEEN
    parts = [part for part in re.split(between, text.strip()) if part]
    if not parts:
        return say("notice.symbol_unreadable", word=_cut(text))
    found: list[str] = []
    for part in parts:
        symbol = read_symbol(part)
        if symbol is None:
            return say("notice.symbol_unreadable", word=_cut(part))
        if symbol in found:
            return say("notice.symbol_twice", symbol=symbol)
        found.append(symbol)
    return tuple(found) if len(found) <= MOST_SYMBOLS else say("notice.too_many_symbols", most=MOST_SYMBOLS)


def read_weights(text: str) -> tuple[Weight, ...] | Text:
    """Read a mix ("60 VTI, 40 BND", "VTI 60%, BND: 40%", "60% VTI and 40% cash"); what is missing to 100 is cash."""
    words = [piece for piece in _PIECE.finditer(text) if (piece["word"] or "").upper() not in _IGNORED]
    found = _paired(words)
    fewer = [piece for piece in words if piece["word"] not in _JOINING]
    again = _paired(fewer) if isinstance(found, Text) else found
    return found if isinstance(again, Text) else again


def _paired(pieces: list[re.Match[str]]) -> tuple[Weight, ...] | Text:
    numbers = [piece["number"] is not None for piece in pieces]
    if not pieces or not any(numbers) or all(numbers):
        return say("notice.mix_unreadable")
    if len(pieces) % 2 or any(left == right for left, right in zip(numbers[::2], numbers[1::2], strict=True)):
        return say("notice.mix_uneven")
    if len(set(numbers[::2])) > 1:
        return say("notice.mix_uneven")
    pairs = [(one, two) if one["number"] else (two, one) for one, two in zip(pieces[::2], pieces[1::2], strict=True)]
    return _weighed([(number["number"], word["word"]) for number, word in pairs])


def _weighed(pairs: list[tuple[str, str]]) -> tuple[Weight, ...] | Text:
    found: list[Weight] = []
    total = 0
    for number, word in pairs:
        part = _part(number, word, [weight.symbol for weight in found])
        if isinstance(part, Text):
            return part
        total += part.percent
        if part.symbol != CASH:
            found.append(part)
    if total > WHOLE:
        return say("notice.mix_over", total=total if total < WHOLE * WHOLE else "10000+")
    if not found:
        return say("notice.mix_unreadable")
    return tuple(found) if len(found) <= MOST_SYMBOLS else say("notice.too_many_symbols", most=MOST_SYMBOLS)


def _part(number: str, word: str, before: list[str]) -> Weight | Text:
    bare = word.rstrip(".!?")
    symbol = CASH if bare.casefold() in _CASH_WORDS else read_symbol(bare)
    if symbol is None:
        return say("notice.symbol_unreadable", word=_cut(word))
    if symbol in before:
        return say("notice.symbol_twice", symbol=symbol)
    if not number.isdecimal() or not number.isascii():
        return say("notice.mix_whole", symbol=symbol)
    percent = int(number[:9])
    return Weight(symbol, percent) if percent else say("notice.mix_nothing", symbol=symbol)


def _cut(word: str) -> str:
    return word.strip()[:20]
