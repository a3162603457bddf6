"""The command `soar`, also as `python -m bot`."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NoReturn

import click


def _version() -> str:
    try:
        return version("soar")
    except PackageNotFoundError:
        return "from a checkout"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="soar")
def main() -> None:
    """Soar: a Telegram bot that walks a newcomer to a trading bot of their own.

    Settings come from the environment (SOAR_…) or from files in SOAR_SECRETS_DIR; docs/settings.md lists them.
    """


@main.command()
def run() -> None:
    """Run the bot. Needs SOAR_TELEGRAM_TOKEN; stop it with Ctrl+C."""
    from bot.process import CannotStart, start  # noqa: PLC0415  (heavy imports that --help can do without)
    from bot.settings import BadSettings, Settings  # noqa: PLC0415

    try:
        start(Settings.read())
    except (BadSettings, CannotStart) as error:
        _give_up(str(error))


def _give_up(message: str) -> NoReturn:
    click.echo(f"soar: {message}", err=True)
    sys.exit(2)


@main.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables up to this version. `run` does it too."""
    from bot.settings import BadSettings, OfflineSettings  # noqa: PLC0415
    from bot.storage.errors import StorageError  # noqa: PLC0415
    from bot.upgrading import upgrade_all  # noqa: PLC0415

    try:
        settings = OfflineSettings.read()
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        changed = upgrade_all(settings.storage_url)
    except (BadSettings, StorageError, ValueError, OSError) as error:
        _give_up(str(error))
    click.echo("the tables are new" if changed else "the tables were up to date")


@main.command()
def doctor() -> None:
    """Look at everything Soar depends on, and say what to do. Changes nothing; ends with 1 if something fails."""
    from bot.doctor.examination import examine, verdict  # noqa: PLC0415

    findings = []
    for finding in examine():
        click.echo(finding)
        findings.append(finding)
    sys.exit(verdict(findings))


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--key-ring", type=click.Path(dir_okay=False, path_type=Path), help="Copy the key ring too, to this file."
)
def backup(file: Path, key_ring: Path | None) -> None:
    """Copy the embedded database to FILE, also while the bot runs.

    Secrets in flight are left out. The key ring opens what the database holds: keep its copy elsewhere.
    """
    from bot.backup import CannotBackUp, back_up  # noqa: PLC0415
    from bot.settings import BadSettings, OfflineSettings  # noqa: PLC0415

    try:
        done = back_up(OfflineSettings.read(), file, key_ring=key_ring)
    except (BadSettings, CannotBackUp) as error:
        _give_up(str(error))
    click.echo(done)


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--key-ring", type=click.Path(dir_okay=False, path_type=Path), help="Put this key ring back as well.")
@click.option("--replace", is_flag=True, help="Put it in the place of the database that is there.")
def restore(file: Path, key_ring: Path | None, *, replace: bool) -> None:
    """Put a backup back. Stop the bot first."""
    from bot.backup import CannotBackUp  # noqa: PLC0415
    from bot.backup import restore as put_back  # noqa: PLC0415
    from bot.settings import BadSettings, OfflineSettings  # noqa: PLC0415

    try:
        done = put_back(OfflineSettings.read(), file, key_ring=key_ring, replace=replace)
    except (BadSettings, CannotBackUp) as error:
        _give_up(str(error))
    click.echo(done)


@main.command()
@click.option("--from", "source", metavar="FILE", help="The SQLite file; without it the one in SOAR_DATA_DIR.")
@click.option("--key-ring", metavar="FILE", help="The key ring that goes with it; without it the one beside that file.")
def migrate(source: str | None, key_ring: str | None) -> None:
    """Move from SQLite to the PostgreSQL of SOAR_DATABASE_URL. Stop the bot first; repeating it is safe."""
    from bot.migrating import CannotMove, move  # noqa: PLC0415
    from bot.settings import BadSettings, OfflineSettings  # noqa: PLC0415

    try:
        told = move(OfflineSettings.read(), source, key_ring)
    except (BadSettings, CannotMove) as error:
        _give_up(str(error))
    click.echo(told)


@main.group()
def vault() -> None:
    """Look after the key ring."""


@vault.command("new")
def vault_new() -> None:
    """Print a new key ring for SOAR_MASTER_KEYS. It is a secret: keep it with the others, away from the database."""
    from bot.vault.keyring import Keyring  # noqa: PLC0415

    click.echo(Keyring.generate().text().reveal())


@vault.command("rotate")
@click.option("--drop-old", is_flag=True, help="Take the older keys off the ring once nothing needs them.")
def vault_rotate(*, drop_old: bool) -> None:
    """Seal everything stored with a new key, also while the bot runs. A ring in SOAR_MASTER_KEYS you extend first."""
    from bot.rotation import CannotRotate, rotate_keys  # noqa: PLC0415
    from bot.settings import BadSettings, OfflineSettings  # noqa: PLC0415

    try:
        done = rotate_keys(OfflineSettings.read(), drop_old=drop_old)
    except (BadSettings, CannotRotate) as error:
        _give_up(str(error))
    click.echo(done)


@main.command()
@click.option("--port", default=8080, show_default=True, help="Where the chat page answers.")
@click.option("--fresh", is_flag=True, help="Forget the sandbox's earlier state.")
def demo(port: int, *, fresh: bool) -> None:
    """Start the sandbox with the bot in it, and a chat page in the browser."""
    from sandbox.demo import demonstrate  # noqa: PLC0415

    demonstrate(port, fresh=fresh)


if __name__ == "__main__":
    main()
