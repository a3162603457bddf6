"""What people really paste where keys are asked for, and keys where none are asked for."""

from __future__ import annotations

import pytest

from tests.acceptance.newcomer import Newcomer

FORMS = {
    "key id first": "{key_id}\n{secret}",
    "secret first": "{secret}\n{key_id}",
    "with names": "APCA_API_KEY_ID={key_id}\nAPCA_API_SECRET_KEY={secret}",
    "as exported": "export APCA_API_KEY_ID='{key_id}'\nexport APCA_API_SECRET_KEY='{secret}'\n",
    "labelled": "Key ID: {key_id}\nSecret: {secret}",
    "quoted": '"{key_id}" "{secret}"',
    "as json": '{{"key_id": "{key_id}", "secret": "{secret}"}}',
    "in backticks": "`{key_id}`\n```\n{secret}\n```",
    "with blanks around": "  {key_id}  \n\n\t{secret}\n\n",
    "with what nobody sees": "\u200b{key_id}\ufeff\n\u200e{secret}\u200b",
}


@pytest.mark.asyncio
async def test_both_keys_are_found_however_they_are_pasted(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    # Alpaca knows the pair and says so, but nothing is deployed: the same chat can paste again and again.
    key_id, secret = await ada.keys(status="SUBMITTED")
    for form in FORMS.values():
        text = form.format(key_id=key_id, secret=secret)
        await ada.pastes(key_id, secret, as_text=text, then="The keys are right, but Alpaca says")
        await ada.taps("Paste other keys", "Paste the Key ID")
    await ada.changes_brokerage(status="ACTIVE")
    await ada.pastes(key_id, secret, then="Your bot is running")
    held = await ada.sites.secrets(await ada.script())
    assert (held["APCA_API_KEY_ID"], held["APCA_API_SECRET_KEY"]) == (key_id, secret)


@pytest.mark.asyncio
async def test_the_secret_comes_where_the_key_id_was_asked(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    await ada.pastes(secret, then="That was the Secret. I keep it encrypted.")
    await ada.pastes(key_id, then="Your bot is running")


@pytest.mark.asyncio
async def test_a_key_id_comes_where_the_secret_was_asked(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    old, _ = await ada.keys()
    await ada.pastes(old, then="Now paste the Secret")
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, then="That was a Key ID, so I use this one")
    await ada.pastes(secret, then="Your bot is running")


@pytest.mark.asyncio
async def test_the_same_key_id_pasted_twice_is_no_harm(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, then="Now paste the Secret")
    await ada.pastes(key_id, then="Now I need the Secret that belongs to it")
    await ada.pastes(secret, then="Your bot is running")


@pytest.mark.asyncio
async def test_an_emoji_in_the_middle_is_named(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    spoilt = f"{key_id[:9]}🚀{key_id[9:]}"
    await ada.pastes(key_id[:9], key_id[9:], as_text=spoilt, then="There is a character in it that no key has")
    await ada.pastes(key_id, secret, then="Your bot is running")


@pytest.mark.asyncio
async def test_half_a_key_goes_and_is_asked_for_whole(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, then="Now paste the Secret")
    half = len(secret) // 2
    await ada.pastes(secret[:half], then="The value looks cut off")
    await ada.pastes(secret[half:], then="Copy it again")
    await ada.pastes(secret, then="Your bot is running")


@pytest.mark.asyncio
async def test_dots_instead_of_the_secret_are_named(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, then="Now paste the Secret")
    await ada.pastes("••••••••••••••••", then="It holds dots or stars instead of the value")
    await ada.pastes(secret, then="Your bot is running")


@pytest.mark.asyncio
async def test_a_key_in_a_caption_is_taken_and_its_picture_goes(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    ada.keeps_to_herself(key_id, secret)
    photo = await ada.phone.sends_photo(caption=key_id)
    await ada.phone.gone(photo)
    await ada.sees("Now paste the Secret")
    file = await ada.phone.sends_file("keys.txt", caption=secret)
    await ada.phone.gone(file)
    await ada.sees("Your bot is running")


@pytest.mark.asyncio
async def test_a_file_goes_unread_and_text_is_asked_for(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    file = await ada.phone.sends_file("alpaca-keys.csv")
    await ada.phone.gone(file)
    await ada.sees("I deleted the file unread. Please copy the value and paste it as text.")


@pytest.mark.asyncio
async def test_a_file_named_after_a_key_goes_wherever_the_chat_is(ada: Newcomer) -> None:
    key_id, _ = await ada.keys()
    ada.keeps_to_herself(key_id)
    await ada.says("/start")
    await ada.sees("Hello!")
    file = await ada.phone.sends_file(f"{key_id}.txt")
    await ada.phone.gone(file)
    await ada.sees("I did not use it")


@pytest.mark.asyncio
async def test_a_key_edited_into_an_old_message_is_taken(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    ada.keeps_to_herself(key_id, secret)
    message = await ada.says("one moment please")
    await ada.phone.edits(message, f"{key_id} {secret}")
    await ada.phone.gone(message)
    await ada.sees("Your bot is running")


@pytest.mark.asyncio
async def test_a_key_before_start_goes_and_is_not_used(ada: Newcomer) -> None:
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, secret, then="That looked like a key, so I deleted it. I did not use it")
    await ada.taps("Let's start", "Open Alpaca and sign in")
    await ada.settles()


@pytest.mark.asyncio
async def test_a_key_in_the_wrong_step_goes_and_is_not_used(ada: Newcomer) -> None:
    await ada.says("/start")
    await ada.taps("Let's start")
    await ada.taps("I am signed in", "Practice or real money?")
    await ada.pastes(*await ada.keys(), then="To be safe, make a new one")
    await ada.sees("Practice or real money?")
    await ada.settles()


@pytest.mark.asyncio
async def test_keys_where_the_token_was_asked_are_kept_for_later_by_her(ada: Newcomer) -> None:
    await ada.agrees()
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, secret, then="First I need the Cloudflare token")
    await ada.settles()
    await ada.connects()
    await ada.taps("I see my keys")
    await ada.pastes(key_id, secret, then="Your bot is running")


@pytest.mark.asyncio
async def test_a_token_where_keys_were_asked_is_not_used(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.pastes(await ada.token(), then="Here I need the keys from Alpaca")


@pytest.mark.asyncio
async def test_plain_talk_stays_where_keys_are_asked(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    asked = await ada.says("where do I find it?")
    await ada.sees("I did not understand that")
    await ada.phone.catches_up()
    assert asked in [message["id"] for message in (await ada.phone.chat())["messages"]]


@pytest.mark.asyncio
async def test_a_buttons_words_may_be_typed_where_keys_are_asked(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.says("help")
    await ada.sees("What I can do")
    await ada.says("Back to where I was")
    await ada.sees("Paste the Key ID")
    await ada.says("‹ Back")
    await ada.sees("Now make the keys")


@pytest.mark.asyncio
async def test_a_key_that_is_not_asked_for_goes_at_home_too(ada: Newcomer) -> None:
    await ada.gets_a_bot()
    await ada.pastes(*await ada.keys(), then="nothing asks for it now")
    await ada.settles()
    await ada.left_nothing_in_chat()
