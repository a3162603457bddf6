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
    "settings.zone": "<b>Your clock:</b> {zone}",
    "settings.summary_title": "<b>When shall I send the daily summary?</b>",
    "settings.summary_body": "One short message a day: value, profit, orders. The hours are those of {zone}.",
    "settings.quiet_title": "<b>From when on shall I be quiet?</b>",
    "settings.quiet_body": "The hours are those of {zone}.",
    "settings.quiet_title_to": "<b>Quiet from {start}. Until when?</b>",
    "settings.quiet_body_to": "News that comes meanwhile waits until then.",
    "settings.zone_title": "<b>Where does your clock stand?</b>",
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
    "button.zone": "My time zone",
    "button.zone_at": "{zone} ({offset})",
    "button.no_summary": "No summary",
    "button.no_quiet": "No quiet hours",
    "toast.same_hour": "That is when they begin. Pick another hour.",
}
