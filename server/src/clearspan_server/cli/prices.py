"""The commands about prices: a newer list, and what a model costs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from clearspan_server.cli import printing
from clearspan_server.cli.moments import moment
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server
from clearspan_server.errors import StartRefused

app = typer.Typer(help="Prices of a server.", no_args_is_help=True)

_UNITS = {1_000_000: "/M", 1_000: "/k", 1: ""}


@app.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(help="A data.json of genai-prices.")],
    data: Data = None,
    url: Url = None,
) -> None:
    """Use a newer price list from now on; it is kept in the data folder, and nothing is ever fetched."""
    server = the_server(data, url)
    try:
        body = file.read_bytes()
    except OSError as error:
        raise StartRefused(f"{file} cannot be read: {error.strerror}") from error
    reply = server.put("/api/v1/prices/list", body)
    typer.echo(
        f"prices are those of {reply['version']} now; `clearspan prices reprice` applies them to what is stored"
    )


@app.command()
def reset(data: Data = None, url: Url = None) -> None:
    """Go back to the price list that came with the installation."""
    server = the_server(data, url)
    server.delete("/api/v1/prices/list")
    typer.echo(f"prices are those of {server.get('/api/v1/prices')['price_list']['version']} now")


@app.command()
def show(  # noqa: PLR0913, PLR0917 - its options are its arguments
    model: Annotated[str, typer.Argument(help="A model as spans name it.")],
    provider: Annotated[str, typer.Option(help="As spans name it; else any.")] = "",
    service_tier: Annotated[str, typer.Option(help="Such as batch, flex, priority.")] = "",
    at: Annotated[
        str | None, typer.Option(help="So long ago (7d), a day (UTC), or a time; else now.")
    ] = None,
    project: Project = None,
    data: Data = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """What a model costs, and why."""
    asked = {"model": model, "provider": provider, "service_tier": service_tier, "at": moment(at)}
    found = the_server(data, url, project).ask("/api/v1/prices/find", **asked)
    if as_json:
        printing.print_json(found)
        return
    typer.echo(printing.line_of(found["why"]))
    for line in _lines(found):
        typer.echo(f"  {printing.plain(line)}")


@app.command()
def reprice(  # noqa: PLR0913, PLR0917 - its options are its arguments
    since: Annotated[
        str, typer.Option("--since", help="So long ago (7d), a day (UTC), or a time.")
    ],
    until: Annotated[
        str | None, typer.Option("--until", help="The same, exclusive; else now.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only tell what would change.")
    ] = False,
    project: Project = None,
    data: Data = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Give stored spans the costs that the prices of now give."""
    from clearspan_server.cli import repricing  # noqa: PLC0415 - Rich takes long to import

    server = the_server(data, url, project)
    asked = {"project": server.project, "from": since, "to": until, "preview": preview}
    repricing.reprice(server, asked, as_json=as_json)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    if found["since"]:
        yield f"since {found['since']}"
    if found["service_tier"]:
        yield f"service tier {found['service_tier']}"
    for price in found["prices"]:
        unit = _UNITS.get(price["per"], f"/{price['per']}")
        name = price["name"].replace("_", " ")
        yield f"{name:<24} ${price['unit_price']}{unit}"
        for tier in price["tiers"]:
            yield f"{'':<24} ${tier['unit_price']}{unit} above {tier['above_tokens']:,} input tokens"
    for other in found["passed_over"]:
        yield f"not the entry {other['entry']['model']!r}: {other['why']}"
