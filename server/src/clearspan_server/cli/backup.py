"""`clearspan backup` and `clearspan restore`: a copy of the data folder in use, and a folder made of it."""

from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from clearspan_server.cli.client import Server
from clearspan_server.cli.following import followed
from clearspan_server.errors import ClearspanError
from clearspan_server.store.backup_files import has_cold, restore

_MB = 1_000_000


def backup(server: Server, path: Path) -> None:
    """Have the server back itself up into a new folder, and wait until it has."""
    begun = server.post("/api/v1/backups", {"path": str(path.expanduser().absolute())})
    made = followed(server, begun, f"/api/v1/backups/{begun['id']}", "backing up")
    if made["state"] != "done":
        raise ClearspanError(f"the backup failed: {made['error']}")
    size = made["bytes"] / _MB
    typer.echo(f"backed up {size:.1f} MB in {made['files']} files to {made['path']}")


def bring_back(source: Path, data: Path) -> None:
    """Make a data folder of a backup."""
    shown = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(*shown, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("restoring", total=1.0)
        size = restore(source, data, lambda share: progress.update(task, completed=share))
    typer.echo(f"restored {size / _MB:.1f} MB to {data}; `clearspan up --data {data}` serves it")
    if has_cold(data):
        typer.echo(
            "cold storage belongs to the original until you give it over: see docs/backup.md"
        )
