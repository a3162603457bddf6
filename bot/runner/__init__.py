"""Carries out operation rows: in this process, one per chat at a time, again from the start after a crash."""
