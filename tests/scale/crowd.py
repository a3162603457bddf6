"""People who take a replica's death with patience, and what must be true when they are done."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from sandbox.telegram.phone import NotOnScreen, Shown, Wanted
from tests.acceptance.newcomer import Newcomer
from tests.scale.fleet import Fleet

PATIENCE = 90.0  # a dead replica's work goes on within a minute
TAP_AGAIN = 15.0
PASTED: set[str] = set()


@dataclass(slots=True)
class Patient(Newcomer):
    """Somebody who waits, and who taps again when nothing has happened for a while."""

    again: int = 0

    async def sees(self, wanted: Wanted, *, within: float = PATIENCE) -> Shown:
        return await Newcomer.sees(self, wanted, within=within)

    async def taps(self, label: str, then: Wanted | None = None) -> str:
        tap = await Newcomer.taps(self, label)
        for _ in range(int(PATIENCE / TAP_AGAIN)):
            if then is None:
                return tap
            try:
                await self.sees(then, within=TAP_AGAIN)
            except NotOnScreen:
                self.again += 1
                with suppress(NotOnScreen):  # the screen has come just now
                    tap = await self.phone.taps(label)
            else:
                return tap
        raise NotOnScreen(f"{label} led nowhere")

    def keeps_to_herself(self, *values: str) -> None:
        PASTED.update(values)
        Newcomer.keeps_to_herself(self, *values)


async def faults_of(person: Patient, script: str) -> list[str]:
    """Say what is not as it must be once somebody has a bot."""
    books, faults = person.house.books, []
    await person.settles()
    scripts = [str(worker["name"]) for worker in await person.workers()]
    if scripts != [script]:
        faults.append(f"Workers at Cloudflare: {scripts}")
    if books.workers(person.id) != scripts:
        faults.append(f"Workers known: {books.workers(person.id)}, there: {scripts}")
    if books.kinds(person.id).count("deploy") != 1:
        faults.append(f"operations: {books.kinds(person.id)}")
    chat = str(await person.phone.chat())
    faults += ["a secret is in the chat" for value in person.pasted if value in chat]
    return faults


def secrets_found(fleet: Fleet, folder: Path) -> list[str]:
    """Look for everything that was pasted in every row and every log; also for what was left undone."""
    faults: list[str] = []
    with psycopg.connect(fleet.server.url().replace("+psycopg", "")) as database:
        names = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in names:
            text = str(database.execute(f"SELECT * FROM {name}".encode()).fetchall())  # noqa: S608  (a table's name)
            faults += [f"a secret lies in {name}" for value in PASTED if value in text]
        for question in ("SELECT count(*) FROM tickets", "SELECT count(*) FROM pending_deletions WHERE NOT told"):
            ((left,),) = database.execute(question.encode()).fetchall()
            if left:
                faults.append(f"{left} left: {question}")
        ((parked,),) = database.execute("SELECT count(*) FROM updates WHERE parked IS NOT NULL").fetchall()
        if parked:
            faults.append(f"{parked} updates were set aside")
    for log in folder.glob("*.log"):
        text = log.read_text(errors="replace")
        faults += [f"a secret lies in {log.name}" for value in PASTED if value in text]
    return faults
