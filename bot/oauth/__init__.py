"""Connect with Cloudflare: OAuth's authorization code with PKCE instead of a pasted token, where it is set up."""
