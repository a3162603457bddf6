from __future__ import annotations

import base64
import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vault.keyring import BadKeyring, CannotOpen, Context, Keyring, key_name
from deploy.secret import Secret

RING = Keyring.generate()
HERE = Context("alpaca_secret", 42, "t1")
PLAIN = "CANARY-not-to-be-shown"

words = st.from_regex(r"[A-Za-z0-9_.:-]{1,20}", fullmatch=True)
contexts = st.builds(Context, words, st.integers(-(2**63), 2**63 - 1), words)
texts = st.text(st.characters(codec="utf-8"), min_size=1)


def entry(name: str, key: bytes = bytes(32)) -> str:
    return f"{name}:{base64.b64encode(key).decode()}"


@given(texts, contexts)
def test_what_is_sealed_opens_in_its_place(text: str, context: Context) -> None:
    blob = RING.seal(Secret(text), context)
    assert RING.open(blob, context).reveal() == text
    assert text.encode() not in blob or len(text) < 4


def test_half_an_emoji_is_no_error() -> None:
    assert RING.open(RING.seal(Secret("PK\ud83d"), HERE), HERE).reveal() == "PK\ud83d"


@given(contexts, contexts)
def test_a_blob_moved_elsewhere_does_not_open(sealed_for: Context, opened_for: Context) -> None:
    blob = RING.seal(Secret(PLAIN), sealed_for)
    if sealed_for == opened_for:
        return
    with pytest.raises(CannotOpen):
        RING.open(blob, opened_for)


@pytest.mark.parametrize(
    "elsewhere",
    [Context("cloudflare_token", 42, "t1"), Context("alpaca_secret", 43, "t1"), Context("alpaca_secret", 42, "t2")],
)
def test_each_part_of_the_context_counts(elsewhere: Context) -> None:
    with pytest.raises(CannotOpen):
        RING.open(RING.seal(Secret(PLAIN), HERE), elsewhere)


@given(st.data())
def test_a_changed_blob_does_not_open(data: st.DataObject) -> None:
    blob = RING.seal(Secret(PLAIN), HERE)
    place = data.draw(st.integers(0, len(blob) - 1))
    changed = bytearray(blob)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotOpen):
        RING.open(bytes(changed), HERE)


@given(st.binary(max_size=80))
def test_any_other_bytes_do_not_open(blob: bytes) -> None:
    with pytest.raises(CannotOpen):
        RING.open(blob, HERE)


@given(st.integers(0, 60))
def test_a_cut_blob_does_not_open(length: int) -> None:
    blob = RING.seal(Secret(PLAIN), HERE)
    with pytest.raises(CannotOpen):
        RING.open(blob[: min(length, len(blob) - 1)], HERE)


def test_the_refusal_says_nothing() -> None:
    blob = RING.seal(Secret(PLAIN), HERE)
    with pytest.raises(CannotOpen) as wrong_key:
        Keyring.generate().open(blob, HERE)
    with pytest.raises(CannotOpen) as unknown_key:
        Keyring({"other": bytes(32)}).open(blob, HERE)
    assert str(wrong_key.value) == str(unknown_key.value)
    assert wrong_key.value.__cause__ is None


def test_a_context_that_could_be_read_two_ways_is_refused() -> None:
    for context in (Context("a|1", 1, "t"), Context("a", 1, "t|2"), Context("", 1, "t"), Context("a", 1, "")):
        with pytest.raises(ValueError, match="purpose and ticket"):
            RING.seal(Secret(PLAIN), context)


def test_no_two_seals_are_alike() -> None:
    assert len({RING.seal(Secret(PLAIN), HERE) for _ in range(50)}) == 50


def test_the_newest_key_seals_and_all_open() -> None:
    first = Keyring.generate()
    old = first.seal(Secret(PLAIN), HERE)
    ring = first.rotated()
    assert ring.names == ("k2", "k1")
    assert key_name(old) == "k1"
    assert key_name(ring.seal(Secret(PLAIN), HERE)) == "k2"
    assert ring.open(old, HERE).reveal() == PLAIN


def test_after_resealing_the_old_key_can_go() -> None:
    first = Keyring.generate()
    ring = first.rotated()
    blob = ring.reseal(first.seal(Secret(PLAIN), HERE), HERE)
    assert ring.only_newest().open(blob, HERE).reveal() == PLAIN
    with pytest.raises(CannotOpen):
        first.open(blob, HERE)
    with pytest.raises(CannotOpen):
        ring.reseal(blob, Context("alpaca_secret", 1, "t1"))


def test_rotating_a_ring_with_names_of_its_own_finds_a_free_name() -> None:
    ring = Keyring({"2026-11": bytes(32), "k7": bytes(32)}).rotated()
    assert ring.names == ("k8", "2026-11", "k7")


def test_the_text_reads_back() -> None:
    ring = Keyring.generate().rotated()
    again = Keyring.parse(ring.text().reveal())
    assert again.names == ring.names
    assert again.open(ring.seal(Secret(PLAIN), HERE), HERE).reveal() == PLAIN


def test_spaces_line_ends_and_the_url_alphabet_are_understood() -> None:
    key = bytes([0xFB, 0xFF] * 16)
    url_safe = base64.urlsafe_b64encode(key).decode().rstrip("=")
    ring = Keyring.parse(f"  new:{url_safe}\n{entry('old')},\n{entry('older')} ".replace(",\n", ",  "))
    assert ring.names == ("new", "old", "older")
    assert ring.open(Keyring({"new": key}).seal(Secret(PLAIN), HERE), HERE).reveal() == PLAIN


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "entry 1 .* not name:base64"),
        ("CANARYkey", "entry 1 .* not name:base64"),
        (f"{entry('a')},{entry('a')}", "entry 2 .* used before"),
        ("a:CANARY*", "entry 1 .* not base64"),
        ("a:CANARY", "entry 1 .* instead of 32"),
        (f"{entry('a')},{entry('b', bytes(31))}", "entry 2 .* 31 bytes"),
        (f"{entry('a')},{entry('sp*ce')}", "entry 2 .* needs a name"),
        (entry(""), "entry 1 .* needs a name"),
    ],
)
def test_a_bad_ring_is_explained_without_being_shown(text: str, says: str) -> None:
    with pytest.raises(BadKeyring, match=says) as refusal:
        Keyring.parse(text)
    assert "CANARY" not in str(refusal.value)


def test_an_empty_ring_is_refused() -> None:
    with pytest.raises(BadKeyring, match="at least one"):
        Keyring({})


def test_a_ring_shows_names_only() -> None:
    ring = Keyring.parse(entry("k1", b"CANARY-CANARY-CANARY-CANARY-CANA"))
    encoded = ring.text().reveal().split(":")[1]
    for shown in (repr(ring), str(ring), f"{ring}", repr(ring.text())):
        assert "CANARY" not in shown
        assert encoded not in shown
    with pytest.raises(TypeError):
        pickle.dumps(ring)
    with pytest.raises(TypeError):
        copy.copy(ring)
