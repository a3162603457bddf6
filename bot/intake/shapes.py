"""What each kind of key and token looks like, and what only resembles one.

No vendor publishes the shapes of its keys. The ones here were seen in use, so they say "this must not stay in the chat"
and never "this key is good": only the vendor's answer says that.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from bot.intake.letters import reads_like_words, spelling, turns


class Shape(Enum):
    """The kinds of secret that are told apart by their look."""

    KEY_ID = auto()
    SECRET = auto()
    CLOUDFLARE_TOKEN = auto()
    GLOBAL_API_KEY = auto()
    BOT_TOKEN = auto()


SECRET_LENGTHS = (40, 44)
# Wider than the lengths in use, so that a key with a piece missing is still noticed; addresses of coins end at 34.
NOTICED_LENGTHS = range(35, 65)
OLD_CLOUDFLARE_LENGTH = 40
FEWEST_OF_A_CASE = 3
MOST_DIGITS, FEW_DIGITS = 0.8, 0.2
MOST_SYMBOLS = 0.25

_KEY_ID = re.compile(r"(?:PK|AK|CK)(?:[A-Z0-9]{18}|[A-Z0-9]{24})")
_LIKE_KEY_ID = re.compile(r"(?:PK|AK|CK)[A-Z0-9]{18}")
_SECRET = re.compile(r"[A-Za-z0-9+/_-]{28,}={0,2}")
_CLOUDFLARE = re.compile(r"[cC]f[ua]t_[A-Za-z0-9_-]{20,}")
_GLOBAL = re.compile(r"[cC]fk_[A-Za-z0-9_-]{16,}|[0-9a-f]{37}")
_GLUED = re.compile(r"(?P<key>[PA]K(?:[A-Z0-9]{18}|[A-Z0-9]{24}))/?(?P<secret>[A-Za-z0-9+/]{40}(?:.{4})?)")
_GLUED_BACKWARDS = re.compile(r"(?P<secret>[A-Za-z0-9+/]{40}(?:.{4})?)(?P<key>[PA]K(?:[A-Z0-9]{18}|[A-Z0-9]{24}))")
_BOT = re.compile(r"[0-9]{6,12}:[A-Za-z0-9_-]{30,}")

_HEX = re.compile(r"(?:0[xX])?[0-9a-fA-F]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HASH = re.compile(r"(?:0[xX])?(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$")
_OURS = re.compile(r"soar[0-9a-z]{0,8}(?:-[A-Za-z0-9.]{1,12})+")
_DIGEST = re.compile(r"sha(?:256|384|512)-")
# A content address of IPFS: always these two letters and this length.
_CONTENT_ADDRESS = re.compile(r"Qm[1-9A-HJ-NP-Za-km-z]{44}$")


def is_key_id(text: str) -> bool:
    """Whether this is an Alpaca Key ID: 20 or 26 capitals and digits after PK (paper), AK (live) or CK (broker)."""
    if not _KEY_ID.fullmatch(text):
        return False
    if sum(character.isdigit() for character in text) >= MOST_DIGITS * len(text):
        return False  # an invoice or tracking number
    return turns(text) > 1 or spelling(text) < 0.75  # noqa: PLR2004  (AKTIENGESELLSCHAFTEN has 20 letters)


def holds_key_id(text: str) -> bool:
    """Whether a Key ID is a part of this; by chance it never is of a Secret."""
    return _LIKE_KEY_ID.search(text) is not None


def is_small_key_id(text: str) -> bool:
    """Whether this is a Key ID whose capitals were lost on the way; a phone may have kept the first one."""
    return text[1:].islower() and text[:1] in "PpAa" and is_key_id(text.upper())


def is_random_mix(text: str) -> bool:
    """Whether these are capitals, small letters and digits drawn at random: no hash, no address, no run of words."""
    return _is_mixed(text) and not is_identifier(text) and not reads_like_words(text)


def _is_mixed(text: str) -> bool:
    if not _SECRET.fullmatch(text) or _HEX.fullmatch(text):
        return False
    small = sum(character.islower() for character in text)
    capital = sum(character.isupper() for character in text)
    symbols = sum(not character.isalnum() for character in text.rstrip("="))
    return min(small, capital) >= FEWEST_OF_A_CASE and symbols <= MOST_SYMBOLS * len(text)


def is_secret(text: str) -> bool:
    """Whether this is an Alpaca Secret of a length in use; an old Cloudflare token looks the same at 40 characters."""
    return len(text) in SECRET_LENGTHS and is_random_mix(text)


def may_be_cloudflare(text: str) -> bool:
    """Whether a token without a prefix can be Cloudflare's old form: 40 characters, neither `/` nor `+`."""
    return len(text) == OLD_CLOUDFLARE_LENGTH and not set(text) & set("+/=")


def is_cloudflare_token(text: str) -> bool:
    """Whether this is a Cloudflare API token in the form that names itself (cfut_ of a user, cfat_ of an account)."""
    return _CLOUDFLARE.fullmatch(text) is not None and not _is_identifier_of_words(text)


def _is_identifier_of_words(text: str) -> bool:
    """Whether a name in somebody's code only begins like a token; such names hold few digits, hexadecimal ones many."""
    return reads_like_words(text) and sum(character.isdigit() for character in text) < FEW_DIGITS * len(text)


def is_global_api_key(text: str) -> bool:
    """Whether this is a Cloudflare Global API Key: cfk_…, or 37 hexadecimal digits in its old form."""
    if not _GLOBAL.fullmatch(text):
        return False
    return not text.isdigit() and not (text[:1] in "cC" and "_" in text and _is_identifier_of_words(text))


def is_bot_token(text: str) -> bool:
    """Whether this is the token of a Telegram bot: the bot's number, a colon, about 35 characters."""
    tail = text.partition(":")[2]
    if not _BOT.fullmatch(text) or tail.islower() or tail.isupper() or is_identifier(tail):
        return False
    return not reads_like_words(tail)


def unglue(text: str) -> tuple[str, str] | None:
    """Part a Key ID from a Secret that follows or precedes it without a gap, as one-line fields paste two lines."""
    for found in (_GLUED.fullmatch(text), _GLUED_BACKWARDS.fullmatch(text)):
        if found and is_key_id(found["key"]) and is_secret(found["secret"]):
            return found["key"], found["secret"]
    return None


def is_identifier(text: str) -> bool:
    """Whether this only names something: a UUID, a hash, an address, an order id or script name of ours."""
    return is_name(text) or any(known.match(text) for known in (_HASH, _CONTENT_ADDRESS, _DIGEST))


def is_name(text: str) -> bool:
    """Whether this is a UUID, such as Alpaca's account ids, or an order id or script name of ours."""
    return _UUID.fullmatch(text) is not None or _OURS.fullmatch(text) is not None
