"""What Soar remembers: rows of ids and codes, sealed tickets, and the one writer that keeps them."""
