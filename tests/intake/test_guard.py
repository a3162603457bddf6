from __future__ import annotations

import json
import random
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake.guard import Verdict, Why, judge

_draw = random.Random(3)  # noqa: S311
MIXED = string.ascii_letters + string.digits
KEY_ID = "PK" + "".join(_draw.choices(string.ascii_uppercase + string.digits, k=18))
SECRET = "".join(_draw.choices(MIXED, k=40))
TOKEN = "cfut_" + "".join(_draw.choices(MIXED, k=48))
BOT = "7012345678:AA" + "".join(_draw.choices(MIXED, k=33))
ANNA = {"id": 7, "is_bot": False, "first_name": "Anna"}
SOAR = {"id": 99, "is_bot": True, "first_name": "Soar"}
CHAT = {"id": 7, "type": "private"}


def body(**fields: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": 1, "chat": CHAT, "from": ANNA, **fields}


def update(kind: str = "message", **fields: Any) -> dict[str, Any]:
    return {"update_id": 1, kind: body(**fields)}


def elsewhere(**fields: Any) -> Verdict:
    return judge(update(**fields), expecting_secret=False)


def awaited(**fields: Any) -> Verdict:
    return judge(update(**fields), expecting_secret=True, buttons=("Cancel", "⬅ Back"))


KINDS = [
    *("message", "edited_message", "channel_post", "edited_channel_post", "business_message"),
    *("edited_business_message", "guest_message", "message_of_the_future"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("expecting", [False, True])
def test_a_key_goes_in_every_kind_of_message(kind: str, *, expecting: bool) -> None:
    verdict = judge(update(kind, text=f"here: {KEY_ID}"), expecting_secret=expecting)
    assert (verdict.delete, verdict.chat_id, verdict.message_ids, verdict.kind) == (True, 7, (5,), kind)
    assert verdict.text is not None
    assert KEY_ID in verdict.text.reveal()


@pytest.mark.parametrize(
    "fields",
    [
        {"text": KEY_ID},
        {"text": SECRET},
        {"caption": SECRET, "photo": [{"file_id": "AgACAgIAAxkBAAIB", "width": 1}]},
        {"caption": KEY_ID, "document": {"file_id": "x", "file_name": "a.txt"}},
        {"document": {"file_id": "x", "file_name": f"{SECRET}.txt"}},
        {"text": "see above", "quote": {"text": f"my key {KEY_ID}", "position": 0}},
        {"text": SECRET, "forward_origin": {"type": "user", "sender_user": ANNA, "date": 1}},
        {"contact": {"phone_number": "1", "first_name": KEY_ID}},
        {"contact": {"phone_number": "1", "first_name": KEY_ID[:9], "last_name": KEY_ID[9:]}},
        {"contact": {"phone_number": "1", "first_name": "A", "vcard": f"BEGIN:VCARD\nNOTE:{SECRET}\nEND:VCARD"}},
        {"poll": {"id": "1", "question": "which?", "options": [{"text": SECRET}, {"text": "none"}]}},
        {"web_app_data": {"data": json.dumps({"secret": SECRET}), "button_text": "Send"}},
        {"rich_message": {"blocks": [{"type": "plain", "text": [SECRET[:17], {"type": "bold", "text": SECRET[17:]}]}]}},
        {"something_new": {"deep": [{"inside": [f"id {KEY_ID}"]}]}},
        {"text": "look here", "entities": [{"type": "text_link", "url": f"https://a.example/?key={SECRET}"}]},
        {"text": f"https://api.telegram.org/bot{BOT}/getMe"},
        {"text": f"https://a.example/{TOKEN}"},
        {"text": f"https://{KEY_ID}:{SECRET}@paper-api.alpaca.markets"},
        {"venue": {"title": "home", "address": SECRET, "location": {"latitude": 1.0, "longitude": 2.0}}},
        {"checklist": {"title": "todo", "tasks": [{"id": 1, "text": TOKEN}]}},
        {"new_chat_title": KEY_ID},
    ],
)
@pytest.mark.parametrize("expecting", [False, True])
def test_a_key_goes_in_every_field(fields: dict[str, Any], *, expecting: bool) -> None:
    assert judge(update(**fields), expecting_secret=expecting).delete


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (KEY_ID, Why.LOOKS_LIKE_ALPACA_KEY),
        (SECRET, Why.LOOKS_LIKE_ALPACA_KEY),
        (KEY_ID[:8] + "\n" + KEY_ID[8:], Why.LOOKS_LIKE_ALPACA_KEY),
        (TOKEN, Why.LOOKS_LIKE_CLOUDFLARE_TOKEN),
        (SECRET[:20] + "_" + SECRET[21:], Why.LOOKS_LIKE_CLOUDFLARE_TOKEN),
        ("cfk_" + SECRET + "0f1e2d3c", Why.GLOBAL_API_KEY),
        ("0123456789abcdef0123456789abcdef01234", Why.GLOBAL_API_KEY),
        (BOT, Why.BOT_TOKEN),
    ],
)
def test_the_reason_names_what_was_recognised(text: str, why: Why) -> None:
    assert elsewhere(text=text).why is why
    expected = Why.EXPECTED if why in (Why.LOOKS_LIKE_ALPACA_KEY, Why.LOOKS_LIKE_CLOUDFLARE_TOKEN) else why
    assert awaited(text=text).why is expected


@pytest.mark.parametrize(
    "text",
    [
        *("/start", "/cancel", "/status@soar_bot", "/START", "/start abc123", "Cancel", "⬅ Back"),
        *("what do I do now?", "ok thanks", "I don't know where it is 🤔", "my iPhone is slow", "где мне найти это?"),
        *("我不知道在哪里", "แล้วฉันต้องทำอะไร", "मुझे समझ नहीं आया", "لا أفهم هذه الخطوة", "e-mail or phone?"),
    ],
)
def test_commands_buttons_and_talk_stay_where_a_secret_is_awaited(text: str) -> None:
    assert not awaited(text=text).delete


@pytest.mark.parametrize(
    "text",
    [
        *("help", "12345", "abcd1234", "wait 5 minutes", "short", "•••• ••••", "👍", "PKABC DEF123", "hunter2 please"),
        *("Sicherheitseinstellungen bitte", "x" * 16 + " and more", "/" + SECRET[1:], "/Ab3dE", "Cancel1"),
        *("https://example.com/help me", "key=value here", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "me@example.com"),
    ],
)
def test_everything_else_goes_where_a_secret_is_awaited(text: str) -> None:
    verdict = awaited(text=text)
    assert (verdict.delete, verdict.why) == (True, Why.EXPECTED)
    assert verdict.text is not None
    assert verdict.text.reveal() == text


@pytest.mark.parametrize(
    "text",
    [
        *("help", "12345", "where is the API_KEY?", "soar1-ab12cd34-20261123-VTI-b", "soar-paper-ab12cd34"),
        *("3fa85f64-5717-4562-b3fc-2c963f66afa6", "d" * 40, "0123456789abcdef" * 4, "0123456789ABCDEF" * 2),
        "https://docs.google.com/document/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit",
        "AKTIENGESELLSCHAFTEN",
    ],
)
def test_innocent_texts_stay_elsewhere(text: str) -> None:
    assert elsewhere(text=text) == Verdict(delete=False, why=Why.HARMLESS, chat_id=7, kind="message")


FILES = ["document", "photo", "video", "animation", "audio", "voice", "video_note", "sticker"]


@pytest.mark.parametrize("kind", FILES)
def test_files_go_unread_where_a_secret_is_awaited_and_stay_elsewhere(kind: str) -> None:
    file = {"file_id": "BQACAgIAAxkBAAIBZ2Zabcdefghijklmnop1234567890ABCDEFGH", "file_unique_id": SECRET}
    fields = {kind: [file] if kind == "photo" else file}
    assert (awaited(**fields).delete, awaited(**fields).why) == (True, Why.FILE)
    assert not elsewhere(**fields).delete


def test_a_file_with_a_harmless_caption_is_still_a_file() -> None:
    verdict = awaited(caption="these are my keys", photo=[{"file_id": "x"}])
    assert verdict.why is Why.FILE


@pytest.mark.parametrize(
    "fields", [{"location": {"latitude": 1.5}}, {"dice": {"value": 3}}, {"contact": {"user_id": 1}}, {}]
)
def test_messages_without_text_go_where_a_secret_is_awaited(fields: dict[str, Any]) -> None:
    verdict = awaited(**fields)
    assert (verdict.delete, verdict.why, verdict.text) == (True, Why.EXPECTED, None)


def test_talk_with_a_hidden_link_or_unknown_content_goes_where_a_secret_is_awaited() -> None:
    link = [{"type": "text_link", "offset": 0, "length": 4, "url": "https://a.example/x"}]
    assert awaited(text="what do I do now", entities=link).delete
    assert awaited(text="what do I do now", something_new={"note": "abcdefgh12345678"}).delete
    assert not awaited(text="what do I do now", something_new={"flag": True, "note": "new"}).delete


def test_an_older_message_of_the_same_person_goes_too_when_a_reply_repeats_it() -> None:
    older = {"message_id": 3, "date": 1, "chat": CHAT, "from": ANNA, "text": KEY_ID}
    verdict = elsewhere(text="did you get this one?", reply_to_message=older)
    assert (verdict.delete, verdict.message_ids) == (True, (5, 3))
    verdict = elsewhere(text="did you get this one?", pinned_message=older)
    assert verdict.message_ids == (5, 3)


def test_what_the_bot_itself_wrote_is_no_reason_to_delete_the_answer() -> None:
    ours = {"message_id": 3, "date": 1, "chat": CHAT, "from": SOAR, "text": f"an example: {KEY_ID}"}
    assert not awaited(text="what do I do now", reply_to_message=ours).delete


def test_names_of_people_and_chats_are_not_searched() -> None:
    person = {**ANNA, "first_name": KEY_ID}
    assert not elsewhere(**{"text": "hello", "from": person, "chat": {**CHAT, "first_name": KEY_ID}}).delete


@pytest.mark.parametrize(
    "other",
    [
        {"callback_query": {"id": SECRET, "from": ANNA, "data": "v1", "message": body(text=KEY_ID, **{"from": SOAR})}},
        {"my_chat_member": {"chat": CHAT, "from": ANNA, "date": 1}},
        {"message_reaction": {"chat": CHAT, "message_id": 4, "user": ANNA, "date": 1, "new_reaction": []}},
        {"inline_query": {"id": "1", "from": ANNA, "query": KEY_ID}},
        {"deleted_business_messages": {"business_connection_id": "b", "chat": CHAT, "message_ids": [1, 2]}},
    ],
)
def test_updates_without_a_message_leave_nothing_to_delete_but_name_the_chat(other: dict[str, Any]) -> None:
    verdict = judge({"update_id": 1, **other}, expecting_secret=True)
    assert (verdict.delete, verdict.chat_id, verdict.kind) == (False, 7, next(iter(other)))


def test_a_business_message_carries_its_connection() -> None:
    verdict = judge(update("business_message", text=KEY_ID, business_connection_id="b1"), expecting_secret=False)
    assert verdict.business_connection_id == "b1"


def test_a_verdict_does_not_print_the_text() -> None:
    verdict = elsewhere(text=f"{KEY_ID} {SECRET}")
    assert KEY_ID not in repr(verdict)
    assert SECRET not in repr(verdict)


def test_more_than_can_be_read_goes_unread() -> None:
    verdict = elsewhere(text="hello", something_new=[["a"]] * 30_000)
    assert (verdict.delete, verdict.why) == (True, Why.TOO_LARGE)
    assert elsewhere(text="a " * 150_000).why is Why.TOO_LARGE


def test_an_endless_run_is_judged_in_no_time() -> None:
    for sign in ("a", "A1b", "a.", "https:/", "1:", "=", "\u200b"):
        assert elsewhere(text=sign * (4096 // len(sign))).chat_id == 7


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["message_id", "chat", "from", "text", "caption", "entities", "reply_to_message", "document", "new"]
)


FIELDS = st.sampled_from([*KINDS, "callback_query", "update_id"])


@given(odd=st.dictionaries(FIELDS, JSON | st.dictionaries(NAMES, JSON)), expecting=st.booleans())
def test_no_update_raises(odd: dict[str, Any], *, expecting: bool) -> None:
    verdict = judge(odd, expecting_secret=expecting)
    assert verdict.delete is bool(verdict.message_ids)


@given(
    beside=st.dictionaries(NAMES.filter(lambda name: name not in ("chat", "message_id")), JSON), expecting=st.booleans()
)
def test_a_key_goes_whatever_stands_beside_it(beside: dict[str, Any], *, expecting: bool) -> None:
    assert judge(update(**{**beside, "text": KEY_ID}), expecting_secret=expecting).delete


@pytest.mark.parametrize("prefix", ["cfut_", "cfat_", "cfk_"])
def test_a_token_of_hexadecimal_digits_is_not_taken_for_words(prefix: str) -> None:
    # Its few letters happen to stand as they do in words.
    text = f"here it is: {prefix}56704f335206478ec05c669239c010473adafd194ef73d0f"
    assert judge(update(text=text), expecting_secret=False).delete
