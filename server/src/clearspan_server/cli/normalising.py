"""`clearspan normalise`: begin a normalisation, follow it, and say what it changed."""

import json
from typing import Any
from urllib.parse import urlencode

import typer

from clearspan_server.cli.client import Server
from clearspan_server.cli.following import followed
from clearspan_server.cli.moments import moment
from clearspan_server.errors import ClearspanError

_SHOWN_CHARS = 60


def normalise(server: Server, asked: dict[str, Any], *, as_json: bool) -> None:
    """Begin it, wait until it is done, and print what it found; the job does not need the command to go on.

    Of every project, one after the other, where none is named.
    """
    jobs = [_done(server, project, asked) for project in _projects(server, asked["project"])]
    if as_json:
        typer.echo(json.dumps(jobs))
    else:
        for job in jobs:
            _print(job)
    if any(job["state"] == "cancelled" for job in jobs):
        raise ClearspanError("it was stopped on the way; what it had filled stays so")


def _projects(server: Server, project: str) -> list[str]:
    return (
        [project] if project else [one["id"] for one in server.get("/api/v1/projects")["projects"]]
    )


def _done(server: Server, project: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The job of a project when it is over."""
    window = {"from": moment(asked["from"]), "to": moment(asked["to"])}
    begun = server.post("/api/v1/normalisations", {**asked, **window, "project": project})
    path = f"/api/v1/normalisations/{begun['id']}?{urlencode({'project': project})}"
    return {"project": project, **followed(server, begun, path, f"normalising {project}")}


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
