"""`clearspan normalise`: begin a normalisation, follow it, and say what it changed."""

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
_SHOWN_CHARS = 60


def normalise(server: RunningServer, asked: dict[str, Any], *, as_json: bool) -> None:
    """Begin it, wait until it is done, and print what it found; the job does not need the command to go on.

    Of every project, one after the other, where none is named.
    """
    jobs = [_followed(server, project, asked) for project in _projects(server, asked["project"])]
    if as_json:
        typer.echo(json.dumps(jobs))
    else:
        for job in jobs:
            _print(job)
    if any(job["state"] == "cancelled" for job in jobs):
        raise ClearspanError("it was stopped on the way; what it had filled stays so")


def _projects(server: RunningServer, project: str) -> list[str]:
    return (
        [project] if project else [one["id"] for one in server.get("/api/v1/projects")["projects"]]
    )


def _followed(server: RunningServer, project: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The job of a project when it is over; its progress is shown on the terminal."""
    window = {"from": moment(asked["from"]), "to": moment(asked["to"])}
    job = server.post("/api/v1/normalisations", {**asked, **window, "project": project})
    path = f"/api/v1/normalisations/{job['id']}?{urlencode({'project': project})}"
    shown = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(*shown, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"normalising {project}", total=1.0)
        while job["state"] == "running":
            time.sleep(_LOOK_S)
            job = server.get(path)
            trouble = f" ({job['error']})" if job["error"] else ""
            progress.update(
                task, completed=job["progress"], description=f"normalising {project}{trouble}"
            )
    return {"project": project, **job}


def _print(job: dict[str, Any]) -> None:
    would = "would change" if job["preview"] else "changed"
    typer.echo(f"{job['project']}: {job['changed']} of {job['spans']} spans {would}")
    for one in job["fields"]:
        typer.echo(f"  {one['field']}: {one['spans']} spans")
    if job["old_total"] != job["new_total"]:
        typer.echo(f"  total ${job['old_total']} → ${job['new_total']}")
    for one in job["examples"]:
        old, new = (_short(one[side]) for side in ("old", "new"))
        typer.echo(f"  span {one['span_id']}  {one['field']}: {old} → {new}")


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…")
