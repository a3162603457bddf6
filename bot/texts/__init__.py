"""What Soar says: the wording of every message id, and turning screens into Telegram's HTML."""
