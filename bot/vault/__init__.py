"""How a secret lies still for the minutes it must: sealed, bound to its place, under a key kept elsewhere."""
