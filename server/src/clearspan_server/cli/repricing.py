"""`clearspan reprice`: begin a re-pricing, follow it, and say what it changed."""

import json
import time
from typing import Any
from urllib.parse import urlencode

import typer
from rich.console import Console

from clearspan_server.cli.client import RunningServer

_LOOK_S = 0.3
_DAY = len("2026-11-21")


def reprice(server: RunningServer, asked: dict[str, Any], *, as_json: bool) -> None:
    """Begin it, wait until it is done, and print what it found."""
    wanted = {**asked, "since": _moment(asked["since"]), "until": _moment(asked["until"])}
    job = server.post("/api/v1/prices/reprice", wanted)
    path = f"/api/v1/prices/reprice/{job['id']}?{urlencode({'project': asked['project']})}"
    with Console(stderr=True).status("re-pricing") as status:
        while job["state"] == "running":
            time.sleep(_LOOK_S)
            job = server.get(path)
            trouble = f" ({job['error']})" if job["error"] else ""
            status.update(f"re-pricing: {job['progress']:.0%} of the spans with usage{trouble}")
    if as_json:
        typer.echo(json.dumps(job))
        return
    would = "would cost" if job["dry_run"] else "cost"
    typer.echo(f"{job['changed']} of {job['spans']} spans with usage {would} something else")
    typer.echo(f"total ${job['old_total']} → ${job['new_total']}")
    if job["kept"]:
        typer.echo(f"{job['kept']} keep the cost they have: no price is known for them now")
    for one in job["biggest"]:
        old, new = (_money(one[side]) for side in ("old", "new"))
        typer.echo(
            f"  {one['start'][:19]}Z  {one['model']}  {old} → {new}  trace {one['trace_id']}"
        )


def _moment(text: str | None) -> str | None:
    """A day means its beginning in UTC."""
    return f"{text}T00:00:00Z" if text and len(text) == _DAY and text.count("-") == 2 else text


def _money(amount: str | None) -> str:
    return "unknown" if amount is None else f"${amount}"
