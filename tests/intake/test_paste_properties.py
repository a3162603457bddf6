from __future__ import annotations

import random
import string

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.intake.letters import is_ordinary
from bot.intake.paste import Expecting, read_paste
from bot.intake.shapes import is_key_id, is_secret

MIXED = string.ascii_letters + string.digits
BLANKS = st.text(st.sampled_from(" \n\r\t\u00a0\u200b\ufeff\u2028"), max_size=4)
EXPECTING = st.sampled_from([None, Expecting.KEY_ID, Expecting.SECRET, Expecting.KEY_PAIR])
QUOTES = st.sampled_from(['"', "'", "`", "“", "”", "‘", "```", "**", ""])
KEY_LABELS = st.sampled_from(["", "Key ID:", "APCA_API_KEY_ID=", "key =", '"key":', "Clé :", "ключ:", "1. "])
SECRET_LABELS = st.sampled_from(["", "Secret:", "APCA_API_SECRET_KEY=", "secret =", '"secret":', "密钥："])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Pairs as Alpaca makes them: drawn at random, so the seed is what varies."""
    dice = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311
    prefix, length = draw(st.sampled_from(["PK", "AK"])), draw(st.sampled_from([18, 24]))
    key_id = prefix + "".join(dice.choices(string.ascii_uppercase + string.digits, k=length))
    alphabet = draw(st.sampled_from([MIXED, MIXED + "/", MIXED + "/+"]))
    secret = "".join(dice.choices(alphabet, k=draw(st.sampled_from([40, 44]))))
    assume(is_key_id(key_id) and is_secret(secret))  # all but about one in a hundred thousand
    return key_id, secret


@given(st.text(max_size=300), st.sampled_from([None, *Expecting]))
def test_no_text_raises(text: str, expecting: Expecting | None) -> None:
    paste = read_paste(text, expecting=expecting)
    assert paste.problems or paste.key_id or paste.secret or paste.cloudflare_token


@given(st.text(st.sampled_from("PKAc fut_0aZ/+=:\"'\n•.…@-хx😀"), max_size=200), st.sampled_from([None, *Expecting]))
def test_no_text_of_key_like_pieces_raises(text: str, expecting: Expecting | None) -> None:
    assert repr(read_paste(text, expecting=expecting)).startswith("Paste(")


@given(pairs(), EXPECTING, BLANKS, BLANKS, BLANKS.filter(bool), QUOTES, KEY_LABELS, SECRET_LABELS, st.booleans())
def test_a_pair_survives_labels_quotes_and_blanks_in_either_order(  # noqa: PLR0917
    pair: tuple[str, str],
    expecting: Expecting | None,
    before: str,
    after: str,
    between: str,
    quote: str,
    key_label: str,
    secret_label: str,
    swapped: bool,  # noqa: FBT001
) -> None:
    key_id, secret = f"{key_label}{quote}{pair[0]}{quote}", f"{secret_label}{quote}{pair[1]}{quote}"
    lines = (secret, key_id) if swapped else (key_id, secret)
    paste = read_paste(f"{before}{lines[0]}{between}\n{lines[1]}{after}", expecting=expecting)
    assert paste.key_id is not None
    assert paste.secret is not None
    assert (paste.key_id.reveal(), paste.secret.reveal(), paste.problems) == (*pair, ())
    assert not any(value in repr(paste) for value in pair)


@given(pairs(), st.integers(2, 17), st.integers(2, 37), st.sampled_from(["\n", " ", "\r\n", "  ", "\u200b"]))
def test_a_pair_survives_being_broken_once_each(pair: tuple[str, str], first: int, second: int, gap: str) -> None:
    key_id, secret = pair
    pieces = (key_id[:first], key_id[first:], secret[:second], secret[second:])
    # A piece that is by itself a whole key of the older kind cannot be told from one.
    assume(not any(is_ordinary(piece) or is_key_id(piece) or is_secret(piece) for piece in pieces))
    assume(not (is_key_id(pieces[1]) or is_key_id(pieces[1] + pieces[2]) or is_key_id(key_id + pieces[2])))
    text = f"{pieces[0]}{gap}{pieces[1]}\n{pieces[2]}{gap}{pieces[3]}"
    paste = read_paste(text, expecting=Expecting.KEY_PAIR)
    assert paste.key_id is not None
    assert paste.secret is not None
    assert (paste.key_id.reveal(), paste.secret.reveal()) == pair
