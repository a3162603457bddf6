"""The settings, from the environment or from files in `SOAR_SECRETS_DIR`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.address import Address
from bot.oauth.client import Registration, site_of
from bot.storage.dialect import is_postgresql
from bot.telegram.pace import Limits
from deploy.cloudflare import API_URL
from deploy.deployment import WORKER_URL_TEMPLATE

NOT_SET = "SOAR_TELEGRAM_TOKEN is not set; @BotFather gives you a token for a bot of yours"


# What Telegram signs Mini App launch data with: https://core.telegram.org/bots/webapps#validating-data-for-third-party-use
WEBAPP_KEY = "e7bf03a2fa4602af4580703d88dda5bb59f32ed8b02a56c187fe7d34caed242d"

UNPROVEN = (
    "SOAR_WEBHOOK_URL needs SOAR_WEBHOOK_SECRET: 16 to 256 letters, digits, _ and -; openssl rand -hex 32 makes one"
)


@dataclass(frozen=True, slots=True)
class Inlet:
    """A webhook: its public address, the secret Telegram proves itself with, and where Soar listens."""

    url: str
    secret: SecretStr
    address: Address


class BadSettings(Exception):  # noqa: N818  (names what is bad)
    """A setting is missing or wrong; the message says which and what it should be, never its value."""


class Settings(BaseSettings):
    """What `docs/settings.md` lists; names are prefixed with SOAR_."""

    model_config = SettingsConfigDict(env_prefix="SOAR_", extra="ignore", hide_input_in_errors=True)

    talks: ClassVar[bool] = True

    telegram_token: SecretStr
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webapp_key: str = WEBAPP_KEY
    cloudflare_api_url: str = API_URL
    worker_url_template: str = WORKER_URL_TEMPLATE
    alpaca_paper_url: str = "https://paper-api.alpaca.markets"
    alpaca_live_url: str = "https://api.alpaca.markets"
    alpaca_data_url: str = "https://data.alpaca.markets"
    data_dir: Path = Path("data")
    database_url: str = ""
    master_keys: SecretStr | None = None
    ticket_keys_dir: Path | None = None
    telegram_rate: float = Field(default=30.0, ge=0)
    undo_seconds: float = Field(default=30.0, ge=0, le=300)
    webhook_url: str = ""
    webhook_secret: SecretStr | None = None
    listen: str = ""
    cloudflare_oauth_client_id: str = ""
    cloudflare_oauth_redirect_url: str = ""
    metrics_listen: str = ""
    allowed_users: str = ""
    log_level: str = Field(default="INFO", pattern="(?i)^(debug|info|warning|error)$")

    @field_validator("telegram_webapp_key")
    @classmethod
    def _is_a_key(cls, value: str) -> str:
        if not re.fullmatch(r"[0-9a-f]{64}", value.strip().lower()):
            raise ValueError("64 hexadecimal digits")
        return value.strip().lower()

    @classmethod
    def read(cls) -> Self:
        """Read them. Raises BadSettings."""
        folder = os.environ.get("SOAR_SECRETS_DIR") or None
        if folder is not None and not Path(folder).is_dir():
            raise BadSettings("SOAR_SECRETS_DIR names no folder")
        try:
            settings = cls(_secrets_dir=folder)  # type: ignore[call-arg]
        except ValidationError as error:
            problem = _said(error)
        else:
            if cls.talks and not re.fullmatch(r"\s*[!-~]+\s*", settings.telegram_token.get_secret_value()):
                raise BadSettings(NOT_SET)
            return settings
        raise BadSettings(problem)

    @property
    def bot_id(self) -> int:
        """The bot's number at Telegram, which its token begins with; 0 where that says none."""
        number = self.telegram_token.get_secret_value().strip().partition(":")[0]
        return int(number) if number.isascii() and number.isdigit() else 0

    @property
    def storage_url(self) -> str:
        """The database: the one given, or an SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'soar.sqlite3'}"

    @property
    def replicated(self) -> bool:
        """Whether many replicas may share the work: with PostgreSQL. Raises BadSettings."""
        try:
            return is_postgresql(self.storage_url)
        except ValueError as error:
            raise BadSettings(f"SOAR_DATABASE_URL: {error}") from None

    @property
    def ticket_keys_folder(self) -> Path:
        """Where the keys of days are, with PostgreSQL."""
        return self.ticket_keys_dir or self.data_dir / "ticket-keys"

    @property
    def allowed(self) -> frozenset[int]:
        """The users Soar talks to; empty for everyone. Raises BadSettings."""
        parts = [part.strip() for part in self.allowed_users.split(",") if part.strip()]
        if not all(part.isdigit() for part in parts):
            raise BadSettings("SOAR_ALLOWED_USERS is a list of Telegram user ids, separated by commas")
        return frozenset(int(part) for part in parts)

    @property
    def pace(self) -> Limits | None:
        """How fast to call Telegram; None when only what it names itself is to be kept."""
        return Limits(overall=self.telegram_rate) if self.telegram_rate else None

    @property
    def inlet(self) -> Inlet | None:
        """Where Telegram brings updates to; None when Soar fetches them. Raises BadSettings."""
        if not self.webhook_url:
            return None
        secret = self.webhook_secret.get_secret_value().strip() if self.webhook_secret else ""
        if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret):
            raise BadSettings(UNPROVEN)
        url = _public("SOAR_WEBHOOK_URL", self.webhook_url)
        return Inlet(url, SecretStr(secret), _address("SOAR_LISTEN", self.listen))

    @property
    def oauth(self) -> Registration | None:
        """The OAuth client at Cloudflare; None when tokens are pasted. Raises BadSettings."""
        client, url = self.cloudflare_oauth_client_id.strip(), self.cloudflare_oauth_redirect_url.strip()
        if not client and not url:
            return None
        if not client or not url:
            raise BadSettings("SOAR_CLOUDFLARE_OAUTH_CLIENT_ID and SOAR_CLOUDFLARE_OAUTH_REDIRECT_URL go together")
        site = site_of(self.cloudflare_api_url)
        return Registration(client, _public("SOAR_CLOUDFLARE_OAUTH_REDIRECT_URL", url), site)

    @property
    def listens(self) -> Address:
        """Where the webhook and the way back from Cloudflare are served. Raises BadSettings."""
        return _address("SOAR_LISTEN", self.listen)

    @property
    def metrics_address(self) -> Address | None:
        """Where health and metrics answer; None when nowhere. Raises BadSettings."""
        return _address("SOAR_METRICS_LISTEN", self.metrics_listen) if self.metrics_listen else None


class OfflineSettings(Settings):
    """The same for commands that only look after what is stored: the bot's token may be missing."""

    talks: ClassVar[bool] = False

    telegram_token: SecretStr = SecretStr("")


def _public(name: str, url: str) -> str:
    """Check an address that others are to reach; on this machine plain HTTP is fine too."""
    parts = urlsplit(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"})
    if not secure or not parts.hostname or parts.query or parts.fragment:
        raise BadSettings(f"{name} is an address that begins with https://, such as https://soar.example/telegram")
    return url


def _address(name: str, text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError:
        raise BadSettings(f"{name} is a host and a port, such as 127.0.0.1:8081") from None


def _said(error: ValidationError) -> str:
    """Name the settings at fault, without their values."""
    names = sorted({f"SOAR_{str(each['loc'][0]).upper()}" for each in error.errors(include_input=False)})
    if names == ["SOAR_TELEGRAM_TOKEN"]:
        return NOT_SET
    return f"these settings are missing or wrong: {', '.join(names)}"
