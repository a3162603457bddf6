"""`python -m bot` is the command `soar`."""

from bot.cli import main

main(prog_name="soar")
