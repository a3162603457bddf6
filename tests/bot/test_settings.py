"""Settings are read, and what is wrong with them is said without their values."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.settings import BadSettings, Settings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SOAR_TELEGRAM_TOKEN", "SOAR_SECRETS_DIR", "SOAR_LOG_LEVEL", "SOAR_ALLOWED_USERS"):
        monkeypatch.delenv(name, raising=False)


def test_a_missing_token_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = CliRunner().invoke(main, ["run"])
    assert answer.exit_code == 2
    assert "@BotFather" in answer.output
    monkeypatch.setenv("SOAR_TELEGRAM_TOKEN", " ")
    assert "@BotFather" in CliRunner().invoke(main, ["run"]).output
    monkeypatch.delenv("SOAR_TELEGRAM_TOKEN")
    monkeypatch.setenv("SOAR_LOG_LEVEL", "shout-my-secret")
    with pytest.raises(BadSettings, match="SOAR_LOG_LEVEL, SOAR_TELEGRAM_TOKEN") as error:
        Settings.read()
    assert "shout" not in str(error.value)


def test_files_in_a_folder_do_as_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "SOAR_TELEGRAM_TOKEN").write_text("1:from-a-file\n")
    monkeypatch.setenv("SOAR_SECRETS_DIR", str(tmp_path))
    assert Settings.read().telegram_token.get_secret_value() == "1:from-a-file"
    assert "from-a-file" not in repr(Settings.read())
    monkeypatch.setenv("SOAR_SECRETS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(BadSettings, match="SOAR_SECRETS_DIR"):
        Settings.read()


def test_allowed_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOAR_TELEGRAM_TOKEN", "1:x")
    assert Settings.read().allowed == frozenset()
    monkeypatch.setenv("SOAR_ALLOWED_USERS", " 5, 7 ")
    assert Settings.read().allowed == {5, 7}
    monkeypatch.setenv("SOAR_ALLOWED_USERS", "ann")
    with pytest.raises(BadSettings, match="SOAR_ALLOWED_USERS"):
        Settings.read().allowed  # noqa: B018


def test_help_and_version() -> None:
    assert "trading bot" in CliRunner().invoke(main, ["--help"]).output
    assert CliRunner().invoke(main, ["--version"]).output.startswith("soar, version")
