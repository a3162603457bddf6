"""Looks after the Workers in turn, and tells their owners what matters, once."""
