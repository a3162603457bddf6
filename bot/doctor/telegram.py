"""The bot as Telegram knows it: its token, its modes, its webhook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.doctor.asking import Answer, Ask, Unreached
from bot.doctor.finding import Finding, fail, ok, warn
from bot.settings import Inlet, Settings

MODES: Final = {  # of getMe; what each lets others do, and its name at @BotFather
    "can_join_groups": ("it can be added to groups, where others read along", "Allow Groups?"),
    "can_read_all_group_messages": ("it reads all that is said in groups", "Group Privacy (turn it on)"),
    "supports_inline_queries": ("it can be asked from any chat", "Inline Mode"),
    "can_connect_to_business": ("it can be connected to business accounts", "Business Mode"),
    "supports_guest_queries": ("it can be called into chats it is not in", "Guest Mode"),
    "can_manage_bots": ("it may be given control of other bots", "Bot Management Mode"),
}
MANY: Final = 100  # updates waiting
RECENT: Final = 900.0  # seconds


async def examine(settings: Settings, ask: Ask, now: float) -> list[Finding]:
    """Ask Telegram about the bot."""
    token = settings.telegram_token.get_secret_value().strip()
    base = f"{settings.telegram_api_url.rstrip('/')}/bot{token}"
    me = await ask(f"{base}/getMe")
    if isinstance(me, Unreached):
        return [
            fail("telegram", f"it is not reached ({me.why})", "look at the network, a proxy, SOAR_TELEGRAM_API_URL")
        ]
    known = _result(me)
    if known is None:
        return [_refused(me)]
    info = await ask(f"{base}/getWebhookInfo")
    hooked = _result(info) if isinstance(info, Answer) else None
    return [
        ok("telegram", f"@{known.get('username', '?')} answers"),
        *_modes(known),
        *([] if hooked is None else _webhook(settings.inlet, hooked, now)),
    ]


def _result(answer: Answer) -> Mapping[str, Any] | None:
    body = answer.json()
    found = body.get("result") if isinstance(body, dict) and body.get("ok") is True else None
    return found if isinstance(found, dict) else None


def _refused(answer: Answer) -> Finding:
    if answer.status in {401, 404}:
        do = "take the token @BotFather shows for your bot, and put it into SOAR_TELEGRAM_TOKEN"
        return fail("telegram", "it does not know the token", do)
    if answer.status == 429:  # noqa: PLR2004
        return warn("telegram", "it asks to wait (429)", "wait; see the runbook, 'A storm of 429'")
    return fail("telegram", f"it answers {answer.status}", "try again later; look at SOAR_TELEGRAM_API_URL")


def _modes(me: Mapping[str, Any]) -> Iterator[Finding]:
    wrong = [mode for mode in MODES if me.get(mode)]
    for mode in wrong:
        words, name = MODES[mode]
        yield warn("modes", words, f"switch it off with @BotFather: /mybots, Bot Settings, {name}")
    if not wrong:
        yield ok("modes", "groups, inline, guest and business are off")


def _webhook(inlet: Inlet | None, info: Mapping[str, Any], now: float) -> Iterator[Finding]:
    url, waiting = str(info.get("url", "")), int(info.get("pending_update_count", 0))
    if inlet is None and url:
        do = "`soar run` removes it; if no Soar of yours was run with it, somebody else has the token: replace it"
        yield warn("webhook", "updates are brought to an address that is not in these settings", do)
    elif inlet is None:
        yield ok("webhook", "none, as the settings want it")
    elif url != inlet.url:
        words = "none is set" if not url else "updates are brought to another address than SOAR_WEBHOOK_URL"
        do = "`soar run` sets it; if it runs already, somebody else has the token: replace it"
        yield (fail if url else warn)("webhook", words, do)
    else:
        yield from _delivered(info, now)
    if waiting > MANY:
        yield warn("webhook", f"{waiting} updates wait at Telegram", "see that Soar runs and is reached")


def _delivered(info: Mapping[str, Any], now: float) -> Iterator[Finding]:
    said, at = info.get("last_error_message"), float(info.get("last_error_date", 0) or 0)
    if said and now - at < RECENT:
        words = f"Telegram could not bring an update lately: {str(said)[:200]}"
        yield warn("webhook", words, "see that the address leads to SOAR_LISTEN, with a certificate that is valid")
    else:
        yield ok("webhook", "it is set to SOAR_WEBHOOK_URL")
