"""`clearspan prices reprice`: begin a re-pricing, follow it, and say what it changed."""

import json
import time
from typing import Any
from urllib.parse import urlencode

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from clearspan_server.cli.client import RunningServer
from clearspan_server.cli.moments import moment
from clearspan_server.errors import ClearspanError

_LOOK_S = 0.3


def reprice(server: RunningServer, asked: dict[str, Any], *, as_json: bool) -> None:
    """Begin it, wait until it is done, and print what it found; the job does not need the command to go on."""
    wanted = {**asked, "from": moment(asked["from"]), "to": moment(asked["to"])}
    job = _followed(server, server.post("/api/v1/prices/reprice", wanted), asked["project"])
    if as_json:
        typer.echo(json.dumps(job))
        return
    would = "would cost" if job["preview"] else "cost"
    typer.echo(f"{job['changed']} of {job['spans']} spans with usage {would} something else")
    if job["gained"]:
        typer.echo(f"{job['gained']} of them had no cost")
    if job["kept"]:
        typer.echo(f"{job['kept']} keep the cost they have: no price is known for them now")
    for one in job["models"]:
        name = f"{one['provider']} {one['model']}".strip() or "other models"
        typer.echo(f"  {name}: {one['changed']} of {one['spans']} spans, {_totals(one)}")
    typer.echo(f"total {_totals(job)}")
    if job["state"] == "cancelled":
        raise ClearspanError("it was stopped on the way; what it had priced stays so")


def _followed(server: RunningServer, job: Any, project: str) -> Any:  # noqa: ANN401 - foreign JSON
    """The job when it is over; its progress is shown on the terminal."""
    path = f"/api/v1/prices/reprice/{job['id']}?{urlencode({'project': project})}"
    shown = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(*shown, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("re-pricing", total=1.0)
        while job["state"] == "running":
            time.sleep(_LOOK_S)
            job = server.get(path)
            trouble = f" ({job['error']})" if job["error"] else ""
            progress.update(task, completed=job["progress"], description=f"re-pricing{trouble}")
    return job


def _totals(one: dict[str, str]) -> str:
    return f"${one['old_total']} → ${one['new_total']}"
