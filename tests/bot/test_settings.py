"""Settings are read, and what is wrong with them is said without their values."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.settings import BadSettings, Settings
from deploy.secret import Secret


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SOAR_")]:
        monkeypatch.delenv(name)


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


def test_what_is_stored_is_looked_after_without_the_bots_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOAR_DATA_DIR", str(tmp_path / "data"))
    for command in (["db", "upgrade"], ["backup", str(tmp_path / "copy")], ["vault", "rotate"]):
        answer = CliRunner().invoke(main, command)
        assert answer.exit_code == 0, answer.output
    monkeypatch.setenv("SOAR_LOG_LEVEL", "shout")
    assert "SOAR_LOG_LEVEL" in CliRunner().invoke(main, ["db", "upgrade"]).output


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


def test_a_webhook_needs_an_address_a_secret_and_a_place_to_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOAR_TELEGRAM_TOKEN", "1:x")
    assert Settings.read().inlet is None
    good = {"WEBHOOK_URL": "https://soar.example/in", "WEBHOOK_SECRET": "s" * 16, "LISTEN": "[::1]:8081"}
    for name, value in good.items():
        monkeypatch.setenv(f"SOAR_{name}", value)
    inlet = Settings.read().inlet
    assert inlet is not None
    assert (inlet.url, str(inlet.address), inlet.address.port) == (good["WEBHOOK_URL"], "[::1]:8081", 8081)
    assert "ssss" not in repr(inlet)
    for name, value in (
        ("WEBHOOK_URL", "http://soar.example/in"),
        ("WEBHOOK_URL", "soar.example"),
        ("WEBHOOK_URL", "https://soar.example/in?x=1"),
        ("WEBHOOK_SECRET", "short"),
        ("WEBHOOK_SECRET", "with blanks, and commas"),
        ("LISTEN", ""),
        ("LISTEN", "8081"),
        ("LISTEN", "127.0.0.1:80810"),
    ):
        with monkeypatch.context() as context:
            context.setenv(f"SOAR_{name}", value)
            with pytest.raises(BadSettings, match=f"SOAR_{name}") as error:
                Settings.read().inlet  # noqa: B018
            assert "commas" not in str(error.value)


def test_an_oauth_client_needs_its_id_and_its_redirect_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOAR_TELEGRAM_TOKEN", "1:x")
    assert Settings.read().oauth is None
    monkeypatch.setenv("SOAR_CLOUDFLARE_OAUTH_CLIENT_ID", "abc")
    with pytest.raises(BadSettings, match="go together"):
        Settings.read().oauth  # noqa: B018
    monkeypatch.setenv("SOAR_CLOUDFLARE_OAUTH_REDIRECT_URL", "http://soar.example/cloudflare")
    with pytest.raises(BadSettings, match="https://"):
        Settings.read().oauth  # noqa: B018
    monkeypatch.setenv("SOAR_CLOUDFLARE_OAUTH_REDIRECT_URL", "https://soar.example/cloudflare")
    registration = Settings.read().oauth
    assert registration is not None
    assert registration.page("state", Secret("v" * 64)).startswith("https://dash.cloudflare.com/oauth2/auth?")
    with pytest.raises(BadSettings, match="SOAR_LISTEN"):
        Settings.read().listens  # noqa: B018


def test_help_and_version() -> None:
    assert "trading bot" in CliRunner().invoke(main, ["--help"]).output
    assert CliRunner().invoke(main, ["--version"]).output.startswith("soar, version")


@pytest.mark.parametrize("key", ["", "e7" * 31, "e7" * 33, "zz" * 32, "my-secret"])
def test_telegrams_key_is_64_digits(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOAR_TELEGRAM_TOKEN", "4242:token")
    assert len(bytes.fromhex(Settings.read().telegram_webapp_key)) == 32
    assert Settings.read().bot_id == 4242
    monkeypatch.setenv("SOAR_TELEGRAM_WEBAPP_KEY", key)
    with pytest.raises(BadSettings, match="SOAR_TELEGRAM_WEBAPP_KEY") as error:
        Settings.read()
    assert "my-secret" not in str(error.value)


def test_telegrams_key_may_be_written_in_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOAR_TELEGRAM_TOKEN", "not-a-number")
    monkeypatch.setenv("SOAR_TELEGRAM_WEBAPP_KEY", "AB" * 32 + " ")
    assert Settings.read().telegram_webapp_key == "ab" * 32
    assert Settings.read().bot_id == 0
