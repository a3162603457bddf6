"""The command for who translates: `python -m bot.texts.catalogues template | update | check | import`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from bot.texts.catalogue import path_of
from bot.texts.faults import faults
from bot.texts.template import TEMPLATE, filled, load, merged, save, template
from flows.languages import Language

_TRANSLATED = tuple(language for language in Language if language is not Language.ENGLISH)
_DOLLARS = re.compile(r"\$(\{\w+\})")


@click.group()
def main() -> None:
    """Keep the catalogues of the languages."""


@main.command("template")
def write_template() -> None:
    """Write the template, soar.pot, from the English wordings."""
    save(template(), TEMPLATE)


@main.command("update")
def update() -> None:
    """Write the template, and bring every language's catalogue up to it."""
    save(template(), TEMPLATE)
    for language in _TRANSLATED:
        known = load(language)
        if known is not None:
            save(merged(language, known), path_of(language))


@main.command("check")
@click.argument("codes", nargs=-1)
def check(codes: Sequence[str]) -> None:
    """Say what is missing, stale, too long or unlike the English; of all languages, or of those named."""
    wrong = 0
    for language in [Language(code) for code in codes] or _TRANSLATED:
        known = load(language)
        found = list(faults(known)) if known is not None else ["no catalogue yet"]
        for fault in found:
            click.echo(f"{language}: {fault}")
        wrong += len(found)
    if wrong:
        raise SystemExit(1)


@main.command("import")
@click.argument("code")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--english", type=click.Path(exists=True, path_type=Path), help="The English texts they were made from.")
def bring(code: str, files: Sequence[Path], english: Path | None) -> None:
    """Fill a language's catalogue from JSON files, {message id: translation}; what the message lacked is told."""
    language = Language(code)
    given: dict[str, object] = {}
    for file in files:
        given |= json.loads(file.read_text(encoding="utf-8"))
    made = filled(language, load(language), {name: _converted(text) for name, text in given.items()})
    if english is not None:
        older = {name: _converted(text) for name, text in json.loads(english.read_text(encoding="utf-8")).items()}
        for message in made:
            if message.string and message.context in given and _is_older(message.context, message.id, older):
                message.flags.add("fuzzy")
    save(made, path_of(language))
    for fault in faults(made):
        click.echo(f"{language}: {fault}")


def _converted(text: object) -> object:
    """Take the dollar sign away before a slot: sums bring their own currency."""
    if isinstance(text, list):
        return [_converted(each) for each in text]
    return _DOLLARS.sub(r"\1", text) if isinstance(text, str) else text


def _is_older(name: str, english: object, older: Mapping[str, object]) -> bool:
    return isinstance(english, str) and name in older and older[name] != english


if __name__ == "__main__":
    main()
