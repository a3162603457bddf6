"""Telegram in and out: receiving, the order of things, the anchor message, deletions."""
