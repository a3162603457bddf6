"""Drawn pictures of the places to look at, at Alpaca and at Cloudflare: drawings of our own, nobody's page copied."""
