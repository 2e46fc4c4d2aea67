"""`clearspan key`: API keys, from the machine that the server runs on or by a key of an admin."""

import json
from typing import Annotated

import typer

from clearspan_server.cli import client
from clearspan_server.cli.options import AsJson, Data
from clearspan_server.settings import load

_DAY_S = 86_400

app = typer.Typer(help="API keys of a server.", no_args_is_help=True)


@app.command("create")
def create_key(
    project: Annotated[str, typer.Option(help="The key's project.")] = "default",
    environment: Annotated[str, typer.Option(help="Of spans that name none.")] = "",
    name: Annotated[str, typer.Option(help="What the key is for.")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="ingest, read, write, admin or gateway.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="The key ends after so many; else never.")
    ] = None,
    data: Data = None,
) -> None:
    """Make a key and print it; it is shown this once."""
    server = client.find(load({"data": data}).data)
    wanted: dict[str, object] = {"project": project, "environment": environment, "name": name}
    wanted["expires_s"] = None if days is None else days * _DAY_S
    reply = server.post("/api/v1/keys", {**wanted, "scopes": scope or ["ingest"]})
    typer.echo(reply["key"])


@app.command("list")
def list_keys(data: Data = None, as_json: AsJson = False) -> None:
    """List the keys, without their secrets."""
    server = client.find(load({"data": data}).data)
    rows = server.get("/api/v1/keys")["keys"]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        scopes = ",".join(row["scopes"])
        typer.echo(f"cs_{row['id']}  {row['project']}  {scopes}  {row['created']}  {row['name']}")


@app.command("rotate")
def rotate_key(
    key_id: str,
    grace_hours: Annotated[
        int, typer.Option(help="How long the secret of before stays good.")
    ] = 24,
    data: Data = None,
) -> None:
    """Print another secret for a key, this once; the one of before stays good for a while."""
    server = client.find(load({"data": data}).data)
    path = f"/api/v1/keys/{key_id.removeprefix('cs_')}/rotate"
    typer.echo(server.post(path, {"grace_s": grace_hours * 3600})["key"])


@app.command("revoke")
def revoke_key(key_id: str, data: Data = None) -> None:
    """Revoke a key at once; KEY_ID is what stands between `cs_` and the second `_`."""
    server = client.find(load({"data": data}).data)
    server.delete(f"/api/v1/keys/{key_id.removeprefix('cs_')}")
    typer.echo(f"revoked {key_id}")
