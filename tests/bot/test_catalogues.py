"""The catalogues: complete in every language, like the English in what must be alike, short enough for Telegram."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from babel.messages import Catalog
from click.testing import CliRunner

from bot.texts import catalogues, template
from bot.texts.catalogue import CATALOGUE, Catalogue, catalogue, path_of
from bot.texts.faults import faults
from bot.texts.limits import limit_of
from bot.texts.plural import Plural
from bot.texts.template import TEMPLATE, filled, load, merged, save
from flows.languages import Language

TRANSLATED = [language for language in Language if language is not Language.ENGLISH]


def put(made: Catalog, name: str, text: str | tuple[str, ...]) -> None:
    message = next(each for each in made if each.context == name)
    message.string = text


def english_as(language: Language) -> Catalog:
    """A catalogue without a fault: every message says what it says in English."""
    made = merged(language, None)
    for message in made:
        if message.context:
            known = CATALOGUE[message.context]
            forms = made.num_plurals
            message.string = (known.other,) * forms if isinstance(known, Plural) else known
    return made


def told(made: Catalog) -> list[str]:
    return list(faults(made))


def test_the_template_is_up_to_date(tmp_path: Path) -> None:
    save(template.template(), tmp_path / "soar.pot")
    assert TEMPLATE.read_text() == (tmp_path / "soar.pot").read_text(), "run: python -m bot.texts.catalogues update"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_language_lacks_nothing(language: Language) -> None:
    known = load(language)
    assert known is not None
    assert told(known) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_is_written_as_the_command_writes_it(language: Language, tmp_path: Path) -> None:
    known = load(language)
    save(merged(language, known), tmp_path / "soar.po")
    assert path_of(language).read_text() == (tmp_path / "soar.po").read_text(), "run: ... catalogues update"


def test_every_english_text_fits() -> None:
    for language in TRANSLATED:
        assert told(english_as(language)) == []


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("welcome.title", "", "not translated"),
        ("mode.paper", "x" * 5000, "5000 characters, at most 4096"),
        ("button.begin", "x" * 65, "65 characters, at most 64"),
        ("toast.asking", "x" * 201, "201 characters, at most 200"),
        ("about.short", "x" * 121, "121 characters, at most 120"),
        ("command.start", "x" * 257, "257 characters, at most 256"),
        ("frame.step", "<b>Schritt {step}</b>", "other slots than {steps} {step}"),
        ("frame.step", "<b>Schritt {step} von {steps} {x}</b>", "other slots than {steps} {step}"),
        ("frame.step", "Schritt {step} von {steps}", "other tags"),
        ("frame.step", "</b>Schritt {step} von {steps}<b>", "other tags"),
        ("card.value", "<b>Wert:</b> {value} ({profit}) ", "other blanks at its ends"),
        ("news.fix_keys", "Tippe auf /wechseln.", "other commands"),
        ("limit.type_or_none", "Tippe einen Betrag, oder <code>nichts</code>.", "other words in <code>"),
    ],
)
def test_a_fault_is_told(name: str, text: str, fault: str) -> None:
    made = english_as(Language.GERMAN)
    put(made, name, text)
    assert told(made) == [f"{name}: {fault}"]


def test_a_form_for_one_number_may_leave_it_out_and_no_form_may_be_missing() -> None:
    made = english_as(Language.RUSSIAN)
    put(made, "receipt.consents", ("одно согласие", "{count} согласия", "{count} согласий"))
    assert told(made) == []
    put(made, "receipt.consents", ("одно согласие", "{count} согласия", ""))
    assert told(made) == ["receipt.consents: not translated"]


def test_another_english_text_makes_a_translation_fuzzy_and_a_new_message_is_empty() -> None:
    known = english_as(Language.GERMAN)
    before = next(each for each in known if each.context == "welcome.title")
    before.id, before.string = "<b>Hi!</b>", "<b>Hallo!</b>"
    made = {message.context: message for message in merged(Language.GERMAN, known)}
    assert made["welcome.title"].fuzzy
    assert made["welcome.title"].string == "<b>Hallo!</b>"
    assert not made["welcome.body"].fuzzy
    assert {message.string for message in merged(Language.GERMAN, None) if message.context} == {None, ("", "")}


def test_translations_from_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "soar.po"
    monkeypatch.setattr(catalogues, "path_of", lambda _language: path)
    monkeypatch.setattr(template, "path_of", lambda _language: path)
    german = {"button.dollars": "${amount}", "welcome.title": "<b>Hallo!</b>", "button.begin": "Los",
              "receipt.consents": ["{count} Zustimmung", "{count} Zustimmungen"], "gone": "weg"}  # fmt: skip
    english = {"button.dollars": "${amount}", "welcome.title": "<b>An older hello</b>", "button.begin": "Let's start"}
    (tmp_path / "de-1.json").write_text(json.dumps(german))
    (tmp_path / "english.json").write_text(json.dumps(english))
    arguments = ["import", "de", str(tmp_path / "de-1.json"), "--english", str(tmp_path / "english.json")]
    said = CliRunner().invoke(catalogues.main, arguments).output
    assert "de: welcome.title: translated from an older English text" in said
    assert "de: welcome.body: not translated" in said
    made = {message.context: message for message in load(Language.GERMAN) or ()}
    assert made["button.dollars"].string == "{amount}"
    assert made["receipt.consents"].string == ("{count} Zustimmung", "{count} Zustimmungen")
    assert made["welcome.title"].fuzzy
    assert "gone" not in made
    assert CliRunner().invoke(catalogues.main, ["check", "de"]).exit_code == 1


def test_what_is_not_translated_is_said_in_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = filled(Language.GERMAN, None, {"button.begin": "Los"})
    save(made, tmp_path / "soar.po")
    monkeypatch.setattr("bot.texts.catalogue.path_of", lambda _language: tmp_path / "soar.po")
    read = catalogue.__wrapped__(Language.GERMAN)
    assert isinstance(read, Catalogue)
    assert (read.get("button.begin", 0), read.get("button.agree", 0)) == ("Los", None)


def test_a_translation_of_another_english_text_is_not_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = filled(Language.GERMAN, None, {"button.begin": "Los", "button.agree": "Ja", "receipt.workers": ["a", "b"]})
    save(made, tmp_path / "soar.po")
    file = tmp_path / "soar.po"
    english = CATALOGUE["button.agree"]
    assert isinstance(english, str)
    file.write_text(file.read_text().replace(f'msgid "{english}"', 'msgid "I agree to nothing"'))
    monkeypatch.setattr("bot.texts.catalogue.path_of", lambda _language: file)
    read = catalogue.__wrapped__(Language.GERMAN)
    assert [read.get(name, 1) for name in ("button.begin", "button.agree", "receipt.workers")] == ["Los", None, "a"]


def test_every_kind_of_text_has_its_limit() -> None:
    wanted = {"button.begin": 64, "where.sign_in": 1024, "chart.caption": 1024, "command.start": 256,
              "toast.asking": 200, "about.description": 512, "about.short": 120, "welcome.body": None}  # fmt: skip
    assert {name: limit_of(name) for name in wanted} == wanted
