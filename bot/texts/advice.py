"""The wording in English of two questions that help to choose practice or real money; it gives no advice."""

from __future__ import annotations

from typing import Final

ADVICE: Final[dict[str, str]] = {
    "button.advise": "🤔 Help me choose",
    "advice.title": "<b>Practice or real money? Two questions.</b>",
    "advice.tried": "Have you watched a trading bot at work before, with practice money or real?",
    "button.tried_yes": "Yes, for some weeks",
    "button.tried_no": "No, this is my first",
    "advice.risk": (
        "Does your Alpaca account hold money that you could lose without harm? "
        "(That needs an ID check at Alpaca first, so most newcomers answer no.)"
    ),
    "button.risk_yes": "Yes, I could lose it",
    "button.risk_no": "No",
    "advice.first": (
        "<b>Your answers fit PAPER.</b> Watch your first bot with practice money for some weeks, at real prices."
    ),
    "advice.money": (
        "<b>Your answers fit PAPER.</b> Money that you cannot afford to lose has no place in a trading bot. "
        "Practice costs nothing."
    ),
    "advice.live": (
        "<b>Your answers fit LIVE, with a small sum.</b> You know what a bot does, and you can bear a loss."
    ),
    "advice.differs": "With LIVE, orders cost real money. I ask for a typed phrase before the first one.",
    "advice.later": "Add the other later: on your bot's card, <b>{another}</b>, then <b>{same}</b>.",
}
