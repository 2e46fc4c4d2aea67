"""The commands and their options; each imports its own part, so that a light one starts fast."""

import json
from pathlib import Path
from typing import Annotated

import typer

from clearspan_server import __version__
from clearspan_server.cli import admin, client, prices
from clearspan_server.cli.importing import load_lightly
from clearspan_server.cli.options import AsJson, Data
from clearspan_server.errors import PortInUse
from clearspan_server.settings import load

_DAY_S = 86_400

app = typer.Typer(
    name="clearspan",
    help="Flight recorder for applications built on language models.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


keys_app = typer.Typer(help="API keys of the running server.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")
app.add_typer(prices.app, name="prices")
app.add_typer(admin.app, name="admin")


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Flight recorder for applications built on language models."""
    del version  # its callback has acted


@app.command()
def up(  # noqa: PLR0913, PLR0917 - its options are its arguments
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="HTTP port; 0 takes a free one.")] = None,
    grpc_port: Annotated[int | None, typer.Option(help="gRPC port; 0 takes a free one.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Also run the demo agent.")] = False,
    as_json: AsJson = False,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page.")] = True,
) -> None:
    """Serve the pages, the API and OTLP on one port, from one folder."""
    from clearspan_server.cli.doors import taken  # noqa: PLC0415 - no other command needs gRPC

    settings = load({"data": data, "host": host, "port": port, "grpc_port": grpc_port})
    with taken(settings) as held:
        load_lightly()
        # The engine's import takes a second, which neither another command should pay nor a refusal.
        from clearspan_server.cli.serve import Options, serve  # noqa: PLC0415 - see above

        serve(settings, held, Options(demo=demo, as_json=as_json, open_browser=open_browser))


@app.command("open")
def open_(data: Data = None) -> None:
    """Print the address of the running server, with the token that lets you in while there is no account."""
    server = client.find(load({"data": data}).data)
    typer.echo(server.page)  # asks it: one that was killed leaves its announcement behind


@app.command()
def status(data: Data = None, as_json: AsJson = False) -> None:
    """Whether the server of a folder is ready; ends with 1 when it is not."""
    server = client.find(load({"data": data}).data)
    health = server.health()
    checks = health["checks"]
    lines = [f"{server.url} is {health['status']}", *(f"  {k}: {v}" for k, v in checks.items())]
    typer.echo(json.dumps(health) if as_json else "\n".join(lines))
    if any(says != "ok" for says in checks.values()):
        raise typer.Exit(1)


@app.command()
def doctor(
    trace_id: Annotated[str, typer.Argument(help="Tell the story of this trace.")] = "",
    project: Annotated[str | None, typer.Option(help="Of the trace; else any.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Whether the installation is well, or where a trace is; ends with 1 when something is wrong."""
    from clearspan_server.cli import doctor as at  # noqa: PLC0415 - no other command needs it

    settings = load({"data": data})
    report = at.trace_story(settings, trace_id, project) if trace_id else at.examine(settings)
    if as_json:
        typer.echo(json.dumps(report.json()))
    else:
        at.print_report(report)
    if not report.ok:
        raise typer.Exit(1)


@app.command()
def normalise(  # noqa: PLR0913, PLR0917 - its options are its arguments
    since: Annotated[str, typer.Option(help="So long ago (7d), a day (UTC), or a time.")],
    until: Annotated[str | None, typer.Option(help="The same, exclusive; else now.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also spans that the rules of now have filled.")
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only tell what would change.")
    ] = False,
    project: Annotated[str, typer.Option(help="Whose spans; else those of all projects.")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Fill stored spans by the rules of now; of use after an upgrade."""
    from clearspan_server.cli import normalising  # noqa: PLC0415 - Rich takes long to import

    server = client.find(load({"data": data}).data)
    asked = {"project": project, "from": since, "to": until, "all": every, "preview": preview}
    normalising.normalise(server, asked, as_json=as_json)


@app.command()
def backup(
    path: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    data: Data = None,
) -> None:
    """Copy the data folder of a running server, as of now."""
    from clearspan_server.cli import backup as at  # noqa: PLC0415 - Rich takes long to import

    at.backup(client.find(load({"data": data}).data), path)


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(help="What `clearspan backup` made.")],
    data: Data = None,
) -> None:
    """Make a data folder of a backup; nobody may use that folder."""
    from clearspan_server.cli import backup as at  # noqa: PLC0415 - Rich takes long to import

    at.bring_back(path, load({"data": data}).data)


@app.command()
def sim(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 4390,
    seed: Annotated[int, typer.Option(help="Same seed, same answers.")] = 1,
    error_429: Annotated[float, typer.Option(help="Share of calls refused with 429.")] = 0.0,
    error_500: Annotated[float, typer.Option(help="Share of calls that fail with 500.")] = 0.0,
    cut: Annotated[float, typer.Option(help="Share of streams cut in the middle.")] = 0.0,
) -> None:
    """Serve simulated model providers: real HTTP, no key, no cost."""
    # Only this command needs the simulator's web framework.
    from clearspan_server.simulator.serve import serve  # noqa: PLC0415 - see above
    from clearspan_server.simulator.settings import SimulatorSettings  # noqa: PLC0415 - see above

    settings = SimulatorSettings(
        seed=seed, error_429_rate=error_429, error_500_rate=error_500, cut_rate=cut
    )
    try:
        serve(host, port, settings, lambda url: typer.echo(f"simulator on {url}"))
    except OSError as error:
        raise PortInUse(f"cannot listen on {host} port {port}: {error.strerror}") from error


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    # The routes import the engine's driver.
    from clearspan_server.app import schema_app  # noqa: PLC0415 - see above

    typer.echo(json.dumps(schema_app().openapi(), indent=1))


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@keys_app.command("create")
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


@keys_app.command("list")
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


@keys_app.command("rotate")
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


@keys_app.command("revoke")
def revoke_key(key_id: str, data: Data = None) -> None:
    """Revoke a key at once; KEY_ID is what stands between `cs_` and the second `_`."""
    server = client.find(load({"data": data}).data)
    server.delete(f"/api/v1/keys/{key_id.removeprefix('cs_')}")
    typer.echo(f"revoked {key_id}")
