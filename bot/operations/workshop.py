"""What every operation works with, and how it ends."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot import speech
from bot.keycheck import KeyChecker
from bot.runner.port import Operation, Outcome
from bot.storage import workers
from bot.storage.database import Database
from bot.tickets import SealingKeys, Tickets
from bot.vault.keyring import CannotOpen, Context
from deploy.cloudflare import Cloudflare
from deploy.commands import CommandKey, WorkerClient
from deploy.deployment import Deployment, Keys
from deploy.errors import DeployError, PermissionMissing, WorkerRefused
from deploy.secret import Secret
from deploy.steps import Site
from deploy.template import Template
from flows.events import Kind
from flows.languages import Language

COMMAND_KEY = "command-key"
PERMISSIONS = {"workers_scripts:edit": "Workers Scripts: Edit", "account_settings:read": "Account Settings: Read"}


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses of the outside world, the bot's own number there, and Telegram's key, from the settings."""

    alpaca: Mapping[str, str]
    alpaca_data: str
    cloudflare_api: str
    worker: str
    bot: int = 0
    webapp_key: str = ""

    def form(self, owner: int) -> Mapping[str, object]:
        """Say who may open a Worker's private form, and how the Worker knows that it is they."""
        return {"bot": self.bot, "owner": owner, "telegram_key": self.webapp_key}


@dataclass(frozen=True, slots=True)
class Workshop:
    """The parts that operations share."""

    database: Database
    tickets: Tickets
    keyring: SealingKeys
    checker: KeyChecker
    cloudflare: Cloudflare
    template: Template
    places: Places
    clock: Callable[[], float]

    async def token(self, chat_id: int, ticket: object) -> Secret | None:
        """Open a Cloudflare token's ticket."""
        return await self.tickets.open(chat_id, Kind.TOKEN, ticket)

    async def language(self, chat_id: int) -> Language:
        """Read the language of a chat, for what is sent into it right away."""
        return await self.database.read(partial(speech.spoken_in, chat_id=chat_id))

    async def keys(self, chat_id: int, arguments: Mapping[str, Any]) -> Keys | None:
        """Open the tickets of a pair; None unless both are still there."""
        key_id = await self.tickets.open(chat_id, Kind.KEY_ID, arguments.get("key_id"))
        secret = await self.tickets.open(chat_id, Kind.SECRET, arguments.get("secret"))
        return Keys(key_id, secret) if key_id and secret else None

    async def worker(self, chat_id: int, worker_id: object) -> workers.Worker | None:
        """Read a Worker's row; None when there is none of that id in this chat."""
        row = await self.database.read(partial(workers.get, worker_id=str(worker_id)))
        return row if row is not None and row.chat_id == chat_id else None

    def seal_command_key(self, chat_id: int, worker_id: str, key: CommandKey) -> bytes:
        """Seal the key that signs commands to one Worker."""
        return self.keyring.seal(key.private, Context(COMMAND_KEY, chat_id, worker_id))

    def command_key(self, row: workers.Worker) -> CommandKey:
        """Open the key that signs commands to a Worker. Raises CannotOpen when the ring has lost its key."""
        return CommandKey.load(self.keyring.open(row.command_key, Context(COMMAND_KEY, row.chat_id, row.id)))

    def client(self, row: workers.Worker) -> WorkerClient:
        """Speak to a Worker."""
        return WorkerClient(self.cloudflare.http, row.url, self.command_key(row), self.cloudflare.clock)

    def site(self, row: workers.Worker, token: Secret, *, alpaca_account: str = "", command_key: bool = True) -> Site:
        """Describe a Worker's place in its account, as its row has it; removing one needs no `command_key`."""
        deployment = Deployment(
            account_id=row.cloudflare_account,
            subdomain=row.subdomain,
            script=row.script,
            deployment_id=row.id[:8],
            mode="live" if row.mode == "live" else "paper",
            alpaca_account_id=alpaca_account,
            alpaca_url=self.places.alpaca[row.mode],
            alpaca_data_url=self.places.alpaca_data,
            cloudflare_api_url=self.places.cloudflare_api,
            command_key=self.command_key(row).public if command_key else "",
            plan=row.plan,
            ceilings=row.ceilings,
            keep_token=row.holds_cloudflare_token,
            form=self.places.form(row.chat_id),
            worker_url_template=self.places.worker,
        )
        return Site(self.cloudflare, token, deployment)


async def with_token(
    shop: Workshop, operation: Operation, work: Callable[[workers.Worker, Secret], Awaitable[Outcome]]
) -> Outcome:
    """Do at Cloudflare what needs a Worker's row and the user's token; ends with what is missing or was refused."""
    row = await shop.worker(operation.chat_id, operation.arguments["worker"])
    if row is None:
        return failed("worker_forgotten")
    token = await shop.token(operation.chat_id, operation.arguments.get("token"))
    if token is None:
        return failed("token_gone")
    try:
        return await work(row, token)
    except CannotOpen:
        return lost_key()
    except DeployError as error:
        return refused(error)


def script_name(mode: str, worker_id: str) -> str:
    """Name a Worker: its mode, and the part of its id that tags it."""
    return f"soar-{mode}-{worker_id[:8]}"


def account_hash(worker_id: str, account_id: str) -> str:
    """Remember an Alpaca account without keeping its id: it differs from Worker to Worker."""
    return hashlib.sha256(f"{worker_id}|{account_id}".encode()).hexdigest()


def done(code: str, **data: object) -> Outcome:
    """End well."""
    return Outcome("done", code, data)


def failed(code: str, **data: object) -> Outcome:
    """End badly, in a way the user can be told about."""
    return Outcome("failed", code, data)


def refused(error: DeployError) -> Outcome:
    """End with what Cloudflare or a Worker said."""
    if isinstance(error, PermissionMissing):
        return failed(error.code, detail=PERMISSIONS[error.permission])
    if isinstance(error, WorkerRefused):
        return failed("worker_refused", detail=error.message, reason=error.reason)
    return failed(error.code, detail=error.detail[:200])


def lost_key() -> Outcome:
    """End because the key ring no longer opens a Worker's command key."""
    return failed("command_key_lost")
