"""`clearspan prices reprice`: begin a re-pricing, follow it, and say what it changed."""

import json
from typing import Any
from urllib.parse import urlencode

import typer

from clearspan_server.cli.client import Server
from clearspan_server.cli.following import followed
from clearspan_server.cli.moments import moment
from clearspan_server.errors import ClearspanError


def reprice(server: Server, asked: dict[str, Any], *, as_json: bool) -> None:
    """Begin it, wait until it is done, and print what it found; the job does not need the command to go on."""
    wanted = {**asked, "from": moment(asked["from"]), "to": moment(asked["to"])}
    begun = server.post("/api/v1/prices/reprice", wanted)
    path = f"/api/v1/prices/reprice/{begun['id']}?{urlencode({'project': asked['project']})}"
    job = followed(server, begun, path, "re-pricing")
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


def _totals(one: dict[str, str]) -> str:
    return f"${one['old_total']} → ${one['new_total']}"
