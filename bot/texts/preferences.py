"""The wording in English of the settings and of the news about Workers."""

from __future__ import annotations

from typing import Final

PREFERENCES: Final[dict[str, str]] = {
    "settings.title": "⚙️ <b>Settings</b>",
    "settings.body": "Tap a kind of news to silence it, or to hear of it again.",
    "settings.summary_off": "<b>Daily summary:</b> none",
    "settings.summary_at": "<b>Daily summary:</b> at {at}",
    "settings.quiet_off": "<b>Quiet hours:</b> none",
    "settings.quiet_at": (
        "<b>Quiet hours:</b> {start} to {end}. News waits until then, unless your bot has stopped itself."
    ),
    "settings.clock": "<b>Your time zone:</b> {zone}",
    "settings.token_kept": "<b>Cloudflare token:</b> <code>{script}</code> keeps one",
    "settings.token_asked": "<b>Cloudflare token:</b> <code>{script}</code> keeps none, I ask for it",
    "settings.summary_title": "<b>When shall I send the daily summary?</b>",
    "settings.summary_body": "One short message a day: value, profit, orders. The hours are those of {zone}.",
    "settings.quiet_title": "<b>From when on shall I be quiet?</b>",
    "settings.quiet_body": "The hours are those of {zone}.",
    "settings.quiet_title_to": "<b>Quiet from {start}. Until when?</b>",
    "settings.quiet_body_to": "News that comes meanwhile waits until then.",
    "settings.zone_title": "<b>Which time zone are you in?</b>",
    "settings.zone_body": "Pick the city with your time. Summer time is taken care of.",
    "button.news_on": "🔔 On: {kind}",
    "button.news_off": "🔕 Off: {kind}",
    "news.kind_trade": "orders",
    "news.kind_refusal": "refusals and faults",
    "news.kind_latch": "it stopped itself",
    "news.kind_recovery": "all is well again",
    "news.kind_health": "it went silent",
    "button.summary": "Daily summary",
    "button.quiet": "Quiet hours",
    "button.token_kept": "☁️ Cloudflare token",
    "button.zone": "My time zone",
    "button.zone_at": "{zone} ({offset})",
    "button.no_summary": "No summary",
    "button.no_quiet": "No quiet hours",
    "news.head": "{badge} · <code>{script}</code>",
    "news.trade": "• {text}",
    "news.other": "• {text}",
    "news.refusal": "⚠️ {text}",
    "news.latch": "⛔ {text}",
    "news.recovery": "✅ {text}",
    "news.with_fix": "{news} {fix}",
    "news.fix_keys": "Tap /rotate to give it new keys.",
    "news.fix_account": "Tap /rotate to give it keys of the right account.",
    "news.fix_loss": "Look at your account first. Tap /resume to let it go on.",
    "news.fix_suspended": "Tap /unlock to switch orders on again.",
    "news.more": "…and {count} more. /status shows how it stands.",
    "news.silent": (
        "⚠️ It should look at the market every 15 minutes, but has not for {span}: Cloudflare no longer "
        "wakes it. Tap {command} and it wakes itself from now on."
    ),
    "news.absent": (
        "⚠️ It is no longer at its address: somebody has deleted it in Cloudflare, or switched its address off. Tap "
        "/destroy to tidy up here. If you did not mean to remove it, set up another with /start."
    ),
    "news.refused": (
        "⚠️ It no longer obeys me: its command key was changed. It goes on by itself, but I cannot look after it. If "
        "that was not you, look at it in your Cloudflare account."
    ),
    "news.key_lost": (
        "⚠️ I have lost the key that commands it. It goes on by itself, but I cannot look after it. To remove it, tap "
        "/destroy and paste a Cloudflare token."
    ),
    "news.unreachable": (
        "⚠️ It has not answered me for a while, so I do not know how it does. I keep trying. You can look at it in your "
        "Cloudflare account."
    ),
    "news.again_silent": "✅ It looks at the market again.",
    "news.again": "✅ It answers again.",
    "summary.title": "📅 <b>Your daily summary</b>",
    "summary.gap": "",
    "summary.value": "Its shares are worth {value}; {left} of its budget is left.",
    "summary.account": "Your account: {equity} in all.",
    "summary.no_look": "It has not looked at your account yet.",
    "summary.profit": "Gain or loss since it began: {ever}.",
    "summary.profit_today": "Gain or loss since it began: {ever}, today {today}.",
    "summary.no_orders": "No orders today.",
    "summary.orders": "Orders today: {count}. {orders}.",
    "summary.order": "{order} ({state})",
    "summary.more_orders": "{count} more",
    "summary.paused": "It is paused. {why}",
    "summary.unarmed": "A trial so far: it orders nothing yet.",
    "summary.next": "It looks again at {at}.",
    "summary.no_answer": "It does not answer just now. /status asks it again.",
    "summary.more": "…and {count} more. /status shows them.",
    "toast.same_hour": "That is when they begin. Pick another hour.",
}
