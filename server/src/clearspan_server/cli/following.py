"""A job of the server on the terminal: its progress, until it is over."""

import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from clearspan_server.cli.client import Server

_LOOK_S = 0.3


def followed(server: Server, job: Any, path: str, title: str) -> Any:  # noqa: ANN401 - foreign JSON
    """The job, read from `path` until it is over; it does not need the command to go on."""
    shown = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(*shown, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=1.0)
        while job["state"] == "running":
            time.sleep(_LOOK_S)
            job = server.get(path)
            trouble = f" ({job['error']})" if job["error"] else ""
            progress.update(task, completed=job["progress"], description=f"{title}{trouble}")
    return job
