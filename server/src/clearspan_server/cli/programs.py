"""`clearspan run`, `exec`, `demo`: programs that are told where to send what they record."""

import os
import shutil
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from clearspan_server.cli.client import Server
from clearspan_server.cli.options import Data, Project, Url, the_server
from clearspan_server.errors import NotAuthenticated, NotFound

Program = Annotated[list[str], typer.Argument(help="The program and its arguments, after `--`.")]
Service = Annotated[str, typer.Option(help="Its name in traces; else that of its file.")]

_PASSED_ON = ("SIGHUP", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2")
_KILLED = 128  # and the signal's number: how shells tell that a program was killed
_OF_ONE_SIGNAL = [
    f"OTEL_EXPORTER_OTLP_{signal}_{what}"
    for signal in ("TRACES", "METRICS", "LOGS")
    for what in ("ENDPOINT", "HEADERS", "PROTOCOL")
]


def run(
    program: Program,
    service: Service = "",
    project: Project = None,
    data: Data = None,
    url: Url = None,
) -> None:
    """Run a Python program and record its model calls, tools and queries, without a change in it."""
    server = the_server(data, url, project)
    _become(program, _recorded(_told(server, service)), is_lent=server.is_lent)


def exec_(
    program: Program,
    otel: Annotated[
        bool, typer.Option("--otel", help="Set the variables of OpenTelemetry, too.")
    ] = False,
    service: Service = "",
    project: Project = None,
    data: Data = None,
    url: Url = None,
) -> None:
    """Run any program with the variables that tell it where to send what it records."""
    server = the_server(data, url, project)
    environment = _told(server, service)
    _become(
        program, _exporting(environment, server) if otel else environment, is_lent=server.is_lent
    )


def demo(
    count: Annotated[
        int | None, typer.Option("--count", "-n", min=1, help="Questions; else until stopped.")
    ] = None,
    interval: Annotated[float, typer.Option(min=0, help="Seconds between questions.")] = 2.0,
    data: Data = None,
    url: Url = None,
) -> None:
    """Let the demo's support agent answer questions; its traces go to the project `demo`."""
    server = the_server(data, url, "demo")
    program = [sys.executable, "-m", "clearspan_server.demo", "--endpoint", server.url]
    program += ["--interval", str(interval)] + (["--count", str(count)] if count else [])
    _become(program, _told(server, ""), is_lent=server.is_lent)


def _told(server: Server, service: str) -> dict[str, str]:
    """The environment of this process with the server in it; a key only where one is asked for."""
    told = dict(os.environ)
    key = told.pop("CLEARSPAN_KEY", "")
    told |= {"CLEARSPAN_ENDPOINT": server.url, "CLEARSPAN_PROJECT": server.project}
    if not _is_open(server):
        if not key:  # the install's token, which may do everything, is for no program
            raise NotAuthenticated(
                "the server asks programs for a key: put one into CLEARSPAN_KEY; `clearspan key create` makes it"
            )
        told["CLEARSPAN_KEY"] = key
    if service:
        told["CLEARSPAN_SERVICE"] = service
    return told


def _is_open(server: Server) -> bool:
    """Whether everybody on this machine may send."""
    return bool(server.get("/api/v1/me")["mode"] == "open")


def _recorded(environment: Mapping[str, str]) -> dict[str, str]:
    """The same with a folder that each Python started with it looks into, whichever version or environment it is."""
    found = find_spec("clearspan")
    if found is None or found.origin is None:
        raise NotFound("the package clearspan is not installed beside this command")
    sdk = Path(found.origin).parent
    launch, others = str(Path(__file__).with_name("launch")), environment.get("PYTHONPATH", "")
    path = os.pathsep.join(filter(None, (launch, others)))
    return {**environment, "PYTHONPATH": path, "CLEARSPAN_LAUNCH_SDK": str(sdk)}


def _exporting(environment: Mapping[str, str], server: Server) -> dict[str, str]:
    """The same for exporters of OpenTelemetry; where they would send else no longer counts."""
    kept = {name: value for name, value in environment.items() if name not in _OF_ONE_SIGNAL}
    headers = {"x-clearspan-project": server.project}
    if "CLEARSPAN_KEY" in kept:
        headers["authorization"] = f"Bearer {kept['CLEARSPAN_KEY']}"
    kept |= {
        "OTEL_EXPORTER_OTLP_ENDPOINT": server.url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_HEADERS": ",".join(
            f"{name}={urllib.parse.quote(value)}" for name, value in headers.items()
        ),
    }
    for kind in ("TRACES", "METRICS", "LOGS"):
        kept.setdefault(f"OTEL_{kind}_EXPORTER", "otlp")
    if "CLEARSPAN_SERVICE" in kept:
        kept["OTEL_SERVICE_NAME"] = kept["CLEARSPAN_SERVICE"]
    return kept


def _become(program: list[str], environment: dict[str, str], *, is_lent: bool) -> None:
    """Be the program from now on, so that signals and its end are its own; or stay beside it while a server is lent.

    Raises:
        NotFound: there is no such program.
    """
    path = shutil.which(program[0])
    if path is None:
        raise NotFound(f"there is no program {program[0]!r} here")
    if is_lent:
        raise typer.Exit(_attended([path, *program[1:]], environment))
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(path, program, environment)  # noqa: S606 - what was asked for


def _attended(program: list[str], environment: dict[str, str]) -> int:
    """Run it and pass on what this process is told; what it has ended with."""
    with subprocess.Popen(program, env=environment) as process:  # noqa: S603 - what was asked for

        def pass_on(number: int, _: FrameType | None) -> None:
            process.send_signal(number)

        for name in _PASSED_ON:
            signal.signal(getattr(signal, name), pass_on)
        # A terminal tells both of Ctrl+C.
        signal.signal(signal.SIGINT, signal.SIG_IGN if sys.stdin.isatty() else pass_on)
        code = process.wait()
    return code if code >= 0 else _KILLED - code
