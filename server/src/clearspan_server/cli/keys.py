"""`clearspan key`: API keys, from the machine that the server runs on or with a key of an admin."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from clearspan_server.cli import printing
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server

_DAY_S = 86_400

KeyId = Annotated[str, typer.Argument(help="What `clearspan key list` shows: cs_ and an id.")]

app = typer.Typer(help="API keys of a server.", no_args_is_help=True)


@app.command("create")
def create_key(  # noqa: PLR0913, PLR0917 - its options are its arguments
    environment: Annotated[str, typer.Option(help="Of spans that name none.")] = "",
    name: Annotated[str, typer.Option(help="What the key is for.")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="ingest, read, write, admin or gateway.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="The key ends after so many; else never.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="With gateway: a model it may call, gpt-4o* for some.")
    ] = None,
    provider: Annotated[
        list[str] | None, typer.Option(help="With gateway: a provider it may call.")
    ] = None,
    calls_per_minute: Annotated[
        int | None, typer.Option(help="With gateway: how many calls it may make.")
    ] = None,
    project: Project = None,
    data: Data = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it; it is shown this once."""
    server = the_server(data, url, project)
    wanted = {
        "project": server.project,
        "environment": environment,
        "name": name,
        "scopes": scope or ["ingest"],
        "expires_s": None if days is None else days * _DAY_S,
        "models": model or [],
        "providers": provider or [],
        "calls_per_minute": calls_per_minute,
    }
    _print_secret(server.post("/api/v1/keys", wanted), as_json=as_json)


@app.command("list")
def list_keys(data: Data = None, url: Url = None, as_json: AsJson = False) -> None:
    """List the keys, without their secrets."""
    found = the_server(data, url).get("/api/v1/keys")
    if as_json:
        printing.print_json(found)
        return
    if not found["keys"]:
        typer.echo("there is no key yet: `clearspan key create` makes one", err=True)
        return
    from clearspan_server.cli.columns import Column, show_rows  # noqa: PLC0415 - Rich takes long to import

    columns = (
        Column("key", lambda row: f"cs_{row['id']}"),
        Column("project", lambda row: row["project"]),
        Column("may", _may, least=8),
        Column("made", lambda row: _day(row["created"]), rank=2),
        Column("last used", lambda row: _day(row["last_used"]), rank=1),
        Column("ends", lambda row: _day(row["expires"]), rank=1),
        Column("for", lambda row: row["name"], least=8),
    )
    show_rows(found["keys"], columns)


@app.command("rotate")
def rotate_key(
    key_id: KeyId,
    grace_hours: Annotated[
        int, typer.Option(help="How long the secret of before stays good.")
    ] = 24,
    data: Data = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Print another secret for a key, this once; the one of before stays good for a while."""
    asked = {"grace_s": grace_hours * 3600}
    made = the_server(data, url).post(f"/api/v1/keys/{_id(key_id)}/rotate", asked)
    _print_secret(made, as_json=as_json)


@app.command("revoke")
def revoke_key(key_id: KeyId, data: Data = None, url: Url = None) -> None:
    """Revoke a key at once."""
    the_server(data, url).delete(f"/api/v1/keys/{_id(key_id)}")
    typer.echo(f"revoked cs_{_id(key_id)}")


def _print_secret(made: dict[str, Any], *, as_json: bool) -> None:
    """The secret alone, so that a script can take it: KEY=$(clearspan key create)."""
    if as_json:
        printing.print_json(made)
    else:
        typer.echo(made["key"])


def _id(key: str) -> str:
    """Of what people have at hand: the id, with `cs_`, or the whole key."""
    return printing.in_path(key.removeprefix("cs_").partition("_")[0])


def _may(row: Mapping[str, Any]) -> str:
    limits = [*row["models"], *row["providers"]]
    if row["calls_per_minute"]:
        limits.append(f"{row['calls_per_minute']}/min")
    return ", ".join(row["scopes"]) + (f" ({', '.join(limits)})" if limits else "")


def _day(moment: str | None) -> str:
    return moment[:10] if moment else "never"
