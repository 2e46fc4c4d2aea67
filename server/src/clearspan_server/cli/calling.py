"""`clearspan call`: one call of a model, asked through the server, shown as it comes, and recorded."""

import json
import sys
import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from clearspan_server.cli import figures, printing
from clearspan_server.cli.client import Server
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server
from clearspan_server.errors import BadInput

_RUNS = "/api/v1/playground-runs"
_RECORDED_S = 10.0  # until its record can be read
_LOOK_S = 0.1

Json = dict[str, Any]


def call(  # noqa: PLR0913, PLR0917 - its options are its arguments
    prompt: Annotated[str, typer.Argument(help="What the model is asked; `-` reads it.")],
    model: Annotated[str, typer.Option("--model", "-m", help="Its name, as its provider has it.")],
    provider: Annotated[
        str, typer.Option(help="Of the gateway; else the one that has the model, or the simulator.")
    ] = "",
    system: Annotated[str, typer.Option(help="What the model is told before.")] = "",
    project: Project = None,
    data: Data = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Ask a model once and record the call; the answer is shown as it comes, then what it took and cost."""
    server = the_server(data, url, project)
    asked = sys.stdin.read() if prompt == "-" else prompt
    messages = [("system", system), ("user", asked)]
    target = {"provider": provider or _provider(server, model), "model": model}
    request = {
        "messages": [
            {"role": role, "parts": [{"type": "text", "content": text}]}
            for role, text in messages
            if text
        ],
        "targets": [target],
    }
    run = server.post(server.asking(_RUNS, {}), request)
    for text in _texts(server, run["id"]):
        if not as_json:
            _write(text)
    found = _recorded(server, run["id"])
    if as_json:
        printing.print_json(found)
    else:
        _card(found["calls"][0], server)
    if found["calls"][0]["status"] != "ok":
        raise typer.Exit(1)


def _provider(server: Server, model: str) -> str:
    """The provider that is set up for the model, else any of which it is not known; the simulator where none is.

    Raises:
        BadInput: there is none at all.
    """
    usable = [one for one in server.get("/api/v1/providers")["providers"] if one["is_usable"]]
    real = [one for one in usable if not one["is_simulated"]]
    for one in [*(one for one in real if model in one["models"]), *usable]:
        if model in one["models"] or one["is_simulated"]:
            return str(one["name"])
    if not usable:
        raise BadInput("no provider is set up; the page Providers or docs/providers.md tells how")
    names = ", ".join(one["name"] for one in usable)
    raise BadInput(f"it is not known who has the model {model!r}: `--provider` is one of {names}")


def _texts(server: Server, run: str) -> Iterator[str]:
    """What the model says, piece by piece, until the run is over."""
    with server.streamed(f"{_RUNS}/{run}/events") as reply:
        kind = ""
        for raw in reply:
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: ") and kind == "text":
                yield json.loads(line.removeprefix("data: "))["text"]
            elif line.startswith("data: ") and kind == "finished":
                return


def _recorded(server: Server, run: str) -> Json:
    """The run with what was recorded of it; without, where that takes too long."""
    until = time.monotonic() + _RECORDED_S
    while True:
        found: Json = server.ask(f"{_RUNS}/{run}")
        if found["is_finished"] and found["calls"][0]["figures"] is not None:
            return found
        if time.monotonic() > until:
            return found
        # What was recorded is derived by the server in its own time, and no event tells that it is.
        time.sleep(_LOOK_S)


def _write(text: str) -> None:
    sys.stdout.write(printing.plain(text))
    sys.stdout.flush()


def _card(call: Json, server: Server) -> None:
    """What the call took and cost, and where it is, for the person at the terminal."""
    _write("\n" if call["text"] else "")
    known = call["figures"] or {}
    rows = [
        ("model", f"{call['model']} of {call['provider']}"),
        ("status", " ".join((call["status"], call["error"]))),
        ("took", figures.duration(call["duration_ns"])),
        ("first token", figures.duration(call["first_token_ns"])),
        ("tokens", figures.flow(known.get("input_tokens"), known.get("output_tokens"))),
        ("cost", figures.money(known.get("total_cost"))),
        ("trace", f"{server.url}/p/{printing.in_path(server.project)}/traces/{call['trace_id']}"),
    ]
    for name, value in rows:
        if value:
            print(f"  {name:<12} {printing.line_of(value)}", file=sys.stderr)  # noqa: T201 - the command's own output
