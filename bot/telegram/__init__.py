"""Telegram in and out: receiving, the order of things, the anchor message, deletions."""

import os

# python-telegram-bot 22 warns at every 429 until it is told that a waiting time may be a timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "true")
