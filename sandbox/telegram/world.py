"""Everything the stand-in knows: its people, its bots and its clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from sandbox.telegram.account import Account
from sandbox.telegram.clock import Clock
from sandbox.telegram.faults import FaultBook, FloodControl
from sandbox.telegram.journal import Journal
from sandbox.telegram.launching import Launcher
from sandbox.telegram.messages import Person
from sandbox.telegram.profile import Profile
from sandbox.telegram.updates import UpdateQueue

FIRST_PERSON: Final = 5_000_001
FIRST_UPDATE: Final = 100_000_001

Execute = Callable[[Account, str, dict[str, Any]], Awaitable[None]]


class World:
    """One stand-in's whole state; it lives in one event loop."""

    def __init__(
        self, tokens: Mapping[str, str], clock: Clock, execute: Execute, launcher: Launcher | None = None
    ) -> None:
        """Make a bot for every token; `execute` runs the calls found in webhook answers."""
        self.launcher = launcher or Launcher()
        self.clock = clock
        self.people: dict[int, Person] = {}
        self.accounts: dict[str, Account] = {}
        for number, (token, username) in enumerate(tokens.items(), 1):
            self.accounts[token] = self._account(token, number, username, execute)

    def _account(self, token: str, number: int, username: str, execute: Execute) -> Account:
        prefix = token.partition(":")[0]

        async def run(name: str, values: dict[str, Any]) -> None:
            await execute(account, name, values)

        account = Account(
            id=int(prefix) if prefix.isdigit() else 7_000_000_000 + number,
            username=username,
            clock=self.clock,
            people=self.people,
            faults=FaultBook(),
            flood=FloodControl(self.clock.steady),
            journal=Journal(),
            updates=UpdateQueue(self.clock, FIRST_UPDATE),
            profile=Profile({"": username}),
            started_at=self.clock.now(),
            execute=run,
        )
        return account

    def account(self, username: str | None) -> Account:
        """Find a bot by its username, the first one without. Raises KeyError."""
        for account in self.accounts.values():
            if username in {None, account.username}:
                return account
        raise KeyError(username)

    def person(self, person_id: int | None, first_name: str | None = None, language: str | None = None) -> Person:
        """Find a person, or make one; a name or language given replaces the old one."""
        if person_id is None:
            person_id = max(self.people, default=FIRST_PERSON - 1) + 1
        person = self.people.setdefault(person_id, Person(person_id))
        person.first_name = first_name or person.first_name
        if language is not None:
            person.language_code = language or None
        return person

    async def close(self) -> None:
        """Stop every webhook."""
        for account in self.accounts.values():
            if account.sender is not None:
                await account.sender.close()
