from __future__ import annotations

import dataclasses
import random
import string

import pytest

from bot.intake.paste import Expecting, Paste, Problem, read_paste
from deploy.secret import Secret

_draw = random.Random(8)  # noqa: S311
MIXED = string.ascii_letters + string.digits
CAPITALS = string.ascii_uppercase + string.digits


def draw(alphabet: str, length: int) -> str:
    return "".join(_draw.choices(alphabet, k=length))


OLD_ID, NEW_ID = "PK" + draw(CAPITALS, 18), "AK" + draw(CAPITALS, 24)
OLD_SECRET, NEW_SECRET = draw(MIXED, 40), draw(MIXED, 44)
SLASHED = OLD_SECRET[:11] + "/" + OLD_SECRET[12:30] + "+" + OLD_SECRET[31:]
TOKEN, OLD_TOKEN = "cfut_" + draw(MIXED, 40) + "0a1b2c3d", draw(MIXED, 38) + "_" + "z"
BOT = "7012345678:AA" + draw(MIXED, 33)


def found(text: str, expecting: Expecting | None = None) -> tuple[str | None, ...]:
    paste = read_paste(text, expecting=expecting)
    return tuple(one.reveal() if one else None for one in (paste.key_id, paste.secret, paste.cloudflare_token))


def problems(text: str, expecting: Expecting | None = None) -> tuple[Problem, ...]:
    return read_paste(text, expecting=expecting).problems


PAIRS = [(OLD_ID, OLD_SECRET), (NEW_ID, NEW_SECRET), (OLD_ID, SLASHED), (NEW_ID, SLASHED), (OLD_ID, NEW_SECRET)]
WRAPPINGS = [
    "{k} {s}",
    "{s} {k}",
    "{k}\n{s}",
    "  {k}\r\n\r\n   {s}  \n",
    "{k}{s}",
    "{s}{k}",
    "{k}/{s}",
    "{k}:{s}",
    "{k},{s}",
    "{k} | {s}",
    "“{k}” “{s}”",
    "‘{k}’\n‘{s}’",
    "'{k}', '{s}'",
    "„{k}“ »{s}«",
    "`{k}` `{s}`",
    "```\n{k}\n{s}\n```",
    "```sh\nexport APCA_API_KEY_ID={k}\nexport APCA_API_SECRET_KEY={s}\n```",
    "APCA_API_KEY_ID='{k}'\nAPCA_API_SECRET_KEY='{s}'",
    "APCA_API_SECRET_KEY = {s}\nAPCA_API_KEY_ID = {k}",
    "key: {k}\nsecret: {s}",
    "Key ID: {k} Secret Key: {s}",
    "Key ID {k} Secret {s} thank you very much",
    "Schlüssel-ID: {k}\nGeheimer Schlüssel: {s}",
    "ID de clave: {k}\nClave secreta: {s}",
    "ID ключа: {k}\nСекретный ключ: {s}",
    "密钥：{k}\n密码：{s}",
    "密钥{k}密码{s}",
    '{{"key_id": "{k}", "secret": "{s}"}}',
    '{{"endpoint":"https://paper-api.alpaca.markets/v2","key":"{k}","secret":"{s}"}}',
    "curl -H 'APCA-API-KEY-ID: {k}' -H 'APCA-API-SECRET-KEY: {s}' https://paper-api.alpaca.markets/v2/account",
    "api = tradeapi.REST('{k}', '{s}', base_url='https://paper-api.alpaca.markets')",
    "Authorization: Bearer {s}\nkey {k}",
    "1. {k}\n2. {s}",
    "- {k}\n- {s}",
    "**{k}**\n__{s}__",
    "\u200b{k}\u200b \ufeff{s}\u2060",
    "\u202a{k}\u202c\n\u2066{s}\u2069",
    "({k}) [{s}]",
    "<{k}> <{s}>;",
    "🔑 {k} 🤫 {s} 🙏",
    "here is my key id which you asked for: {k}. And the secret is {s}.",
    "me@example.com {k} {s}",
    "account 904837e3-3b76-47ec-b432-046db621571b {k} {s}",
    "{k}\n{k}\n{s}\n{s}",
    "Endpoint\nhttps://paper-api.alpaca.markets/v2\nKey\n{k}\nSecret\n{s}\nRegenerate",
    "{k}\n\n\n\n{s}\n\nSent from my iPhone15",
]


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("expecting", [None, Expecting.KEY_PAIR, Expecting.KEY_ID, Expecting.SECRET])
def test_a_pair_is_read_in_any_wrapping(wrapping: str, pair: tuple[str, str], expecting: Expecting | None) -> None:
    text = wrapping.format(k=pair[0], s=pair[1])
    assert found(text, expecting) == (*pair, None)
    paste = read_paste(text, expecting=expecting)
    assert paste.problems == ()
    assert paste.mode_hint == ("paper" if pair[0].startswith("PK") else "live")


@pytest.mark.parametrize("gap", ["\n", " ", " \n ", "\u200b", "\u00ad", "\u2028", "\t"])
@pytest.mark.parametrize("at", [3, 10, 17])
def test_a_key_broken_in_two_is_mended(gap: str, at: int) -> None:
    for key in (OLD_ID, NEW_ID):
        assert found(key[:at] + gap + key[at:], Expecting.KEY_ID) == (key, None, None)
    for secret in (OLD_SECRET, NEW_SECRET, SLASHED):
        assert found(secret[:at] + gap + secret[at:], Expecting.SECRET) == (None, secret, None)
        both = f"{NEW_ID[:at]}{gap}{NEW_ID[at:]}\n{secret[:at]}{gap}{secret[at:]}"
        assert found(both, Expecting.KEY_PAIR) == (NEW_ID, secret, None)
    assert found(TOKEN[:at] + gap + TOKEN[at:], Expecting.CLOUDFLARE_TOKEN) == (None, None, TOKEN)


def test_a_new_key_broken_where_an_old_one_would_end_is_mended() -> None:
    tail = "3" + NEW_ID[21:]
    assert found(f"{NEW_ID[:20]} {tail}", Expecting.KEY_ID) == (NEW_ID[:20] + tail, None, None)
    assert found(f"{NEW_SECRET[:40]} x7{NEW_SECRET[42:]}") == (None, NEW_SECRET[:40] + "x7" + NEW_SECRET[42:], None)


@pytest.mark.parametrize(
    ("text", "expecting", "result"),
    [
        (OLD_SECRET, Expecting.KEY_ID, (None, OLD_SECRET, None)),
        (OLD_ID, Expecting.SECRET, (OLD_ID, None, None)),
        (TOKEN, Expecting.SECRET, (None, None, TOKEN)),
        (TOKEN, Expecting.KEY_PAIR, (None, None, TOKEN)),
        (OLD_TOKEN, Expecting.KEY_ID, (None, None, OLD_TOKEN)),
        (OLD_TOKEN, Expecting.CLOUDFLARE_TOKEN, (None, None, OLD_TOKEN)),
        (OLD_SECRET, Expecting.CLOUDFLARE_TOKEN, (None, None, OLD_SECRET)),
        (SLASHED, Expecting.CLOUDFLARE_TOKEN, (None, SLASHED, None)),
        (f"{OLD_ID} {OLD_SECRET}", Expecting.CLOUDFLARE_TOKEN, (OLD_ID, OLD_SECRET, None)),
        (f"{OLD_ID} {OLD_SECRET} {TOKEN}", Expecting.KEY_PAIR, (OLD_ID, OLD_SECRET, TOKEN)),
        (f"CLOUDFLARE_API_TOKEN={TOKEN}", Expecting.CLOUDFLARE_TOKEN, (None, None, TOKEN)),
        (f"C{TOKEN[1:]}", Expecting.CLOUDFLARE_TOKEN, (None, None, TOKEN)),
        (OLD_ID.lower(), Expecting.KEY_ID, (OLD_ID, None, None)),
        (OLD_ID.capitalize(), Expecting.KEY_ID, (OLD_ID, None, None)),
        (f"{OLD_ID} {OLD_ID}", Expecting.KEY_ID, (OLD_ID, None, None)),
    ],
)
def test_what_was_pasted_counts_more_than_what_was_asked(
    text: str, expecting: Expecting, result: tuple[str | None, ...]
) -> None:
    assert found(text, expecting) == result
    assert problems(text, expecting) == ()


@pytest.mark.parametrize(
    ("text", "expecting"),
    [
        ("ZZ" + draw(CAPITALS, 28), Expecting.KEY_ID),
        ("PK" + draw(CAPITALS, 30), Expecting.KEY_PAIR),
        ("ABCD1234EFGH5678", Expecting.KEY_ID),
    ],
)
def test_a_key_id_of_a_shape_never_seen_is_taken_when_asked_for(text: str, expecting: Expecting) -> None:
    assert found(text, expecting) == (text, None, None)
    assert found(text) == (None, None, None)


@pytest.mark.parametrize("text", [draw(MIXED, 30), draw(MIXED, 64), draw(MIXED, 80), "a1" * 20, draw(MIXED, 43) + "="])
def test_a_secret_of_a_shape_never_seen_is_taken_when_asked_for(text: str) -> None:
    assert found(text, Expecting.SECRET) == (None, text, None)


@pytest.mark.parametrize(
    ("text", "expecting", "problem"),
    [
        ("hello there", None, Problem.NOTHING_FOUND),
        ("", Expecting.SECRET, Problem.NOTHING_FOUND),
        ("👍", Expecting.KEY_ID, Problem.NOTHING_FOUND),
        ("PK12", Expecting.KEY_ID, Problem.TOO_SHORT),
        ("hunter2", Expecting.SECRET, Problem.TOO_SHORT),
        (OLD_ID[:15] + "a", Expecting.KEY_ID, Problem.NOTHING_FOUND),
        (OLD_ID[:12], Expecting.KEY_ID, Problem.LOOKS_CUT),
        (OLD_SECRET[:20], Expecting.SECRET, Problem.LOOKS_CUT),
        (f"{OLD_ID} {OLD_SECRET[:20]}", Expecting.KEY_PAIR, Problem.LOOKS_CUT),
        (f"{OLD_ID[:6]}…", Expecting.KEY_ID, Problem.LOOKS_CUT),
        (draw(MIXED, 81), Expecting.SECRET, Problem.TOO_LONG),
        (draw(CAPITALS, 41), Expecting.KEY_ID, Problem.TOO_LONG),
        (f"{OLD_ID[:9]}😀{OLD_ID[9:]}", Expecting.KEY_ID, Problem.STRANGE_CHARACTER),
        (f"{OLD_SECRET[:9]} 😀 {OLD_SECRET[9:]}", Expecting.SECRET, Problem.STRANGE_CHARACTER),
        (f"{OLD_ID[:9]}А{OLD_ID[10:]}", Expecting.KEY_ID, Problem.STRANGE_CHARACTER),
        (f"{OLD_ID} {OLD_SECRET[:9]}é{OLD_SECRET[10:]}", Expecting.KEY_PAIR, Problem.STRANGE_CHARACTER),
        ("••••••••••••••••", Expecting.SECRET, Problem.MASKED),
        ("● ● ● ● ● ●", Expecting.SECRET, Problem.MASKED),
        (f"{OLD_ID[:4]}************", Expecting.KEY_ID, Problem.MASKED),
        (f"{OLD_ID} ••••••••", Expecting.KEY_PAIR, Problem.MASKED),
        ("......................", Expecting.SECRET, Problem.MASKED),
        ("XXXXXXXXXXXXXXXXXXXX", Expecting.KEY_ID, Problem.MASKED),
        (f"{OLD_ID} {NEW_ID}", Expecting.KEY_ID, Problem.SEVERAL_KEYS),
        (f"{OLD_SECRET} {NEW_SECRET}", Expecting.SECRET, Problem.SEVERAL_KEYS),
        ("cfk_" + draw(MIXED, 48), Expecting.CLOUDFLARE_TOKEN, Problem.GLOBAL_API_KEY),
        ("0123456789abcdef0123456789abcdef01234", Expecting.CLOUDFLARE_TOKEN, Problem.GLOBAL_API_KEY),
        (BOT, Expecting.CLOUDFLARE_TOKEN, Problem.BOT_TOKEN),
        (f"https://api.telegram.org/bot{BOT}/getMe", None, Problem.BOT_TOKEN),
        ("CK" + draw(CAPITALS, 18), Expecting.KEY_ID, Problem.BROKER_KEY),
        ("904837e3-3b76-47ec-b432-046db621571b", Expecting.SECRET, Problem.OTHER_ID),
        ("0123456789abcdef0123456789abcdef", Expecting.CLOUDFLARE_TOKEN, Problem.OTHER_ID),
        ("soar1-ab12cd34-20261123-VTI-b", Expecting.KEY_ID, Problem.OTHER_ID),
        ("anna@example.com", Expecting.KEY_ID, Problem.EMAIL),
    ],
)
def test_what_cannot_be_used_is_explained(text: str, expecting: Expecting | None, problem: Problem) -> None:
    assert problems(text, expecting) == (problem,)


def test_a_refused_key_does_not_hide_a_good_one() -> None:
    paste = read_paste(f"{BOT} {TOKEN}", expecting=Expecting.CLOUDFLARE_TOKEN)
    assert paste.cloudflare_token == Secret(TOKEN)
    assert paste.problems == (Problem.BOT_TOKEN,)


def test_a_paste_prints_no_value() -> None:
    paste = read_paste(f"{OLD_ID} {OLD_SECRET} {TOKEN}")
    assert paste == Paste(Secret(OLD_ID), Secret(OLD_SECRET), Secret(TOKEN), "paper", ())
    for text in (repr(paste), str(paste), str(dataclasses.fields(paste))):
        assert not any(value in text for value in (OLD_ID, OLD_SECRET, TOKEN))


def test_words_are_not_keys() -> None:
    for text in ("AKTIENGESELLSCHAFTEN", "alpaca-paper-trading-secret-key-please", "TRADINGPLATTFORMANBIETER"):
        assert found(text, Expecting.SECRET)[1:] == (None, None)
        assert found(text) == (None, None, None)
