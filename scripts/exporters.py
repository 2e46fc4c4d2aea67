"""OpenTelemetry's exporters for Python and for JavaScript against a server: all must deliver the same trace.

What was found is written to server/tests/exporters/RESULTS.md.
"""

import json
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from exporting import EXPORTERS, START_S, send, whole
from measured import where
from running import Server, serving, until
from tree import ROOT

Trace = dict[str, Any]  # as the API shows it

FOLDER = ROOT / "server" / "tests" / "exporters"
IN_NODE = [(kind, packing) for kind in ("json", "proto", "grpc") for packing in ("none", "gzip")]


def agree() -> bool:
    """Sends with each exporter and compares; whether all traces are the same."""
    with TemporaryDirectory() as folder, serving(Path(folder) / "data") as server:
        found = {f"Python, {name}": from_python(server, name) for name in EXPORTERS}
        for kind, packing in IN_NODE:
            found[f"JavaScript, {kind}, {packing}"] = from_node(server, kind, packing)
    expected = next(iter(found.values()))
    differing = [name for name, trace in found.items() if trace != expected]
    for name in found:
        print(f"{'✗' if name in differing else '✓'} {name}")
    for name in differing:
        print(f"{name} delivered {json.dumps(found[name])}\ninstead of {json.dumps(expected)}")
    (FOLDER / "RESULTS.md").write_text(report(found, differing), encoding="utf-8")
    return not differing


def from_python(server: Server, name: str) -> Trace:
    """The trace that an exporter for Python delivers."""
    project = f"python-{time.time_ns()}"
    send(EXPORTERS[name](server, project))
    trace: Trace = until(lambda: whole(server, project))
    return trace


def from_node(server: Server, kind: str, packing: str) -> Trace:
    """The trace that an exporter for JavaScript delivers."""
    project = f"node-{time.time_ns()}"
    address = server.grpc if kind == "grpc" else server.url
    command = ["node", "send.mjs", kind, packing, address, project, str(START_S)]
    subprocess.run(command, cwd=FOLDER, check=True, timeout=60)
    trace: Trace = until(lambda: whole(server, project))
    return trace


def report(found: dict[str, Trace], differing: list[str]) -> str:
    """What was found, with the versions that it was found with."""
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    packages = [
        f"`{name}` {version(name)}"
        for name in (
            "opentelemetry-exporter-otlp-proto-http",
            "opentelemetry-exporter-otlp-proto-grpc",
        )
    ] + [
        f"`{path.removeprefix('node_modules/')}` {package['version']}"
        for path, package in sorted(lock["packages"].items())
        if path.startswith("node_modules/@opentelemetry/exporter-")
    ]
    rows = [f"| {name} | {'differs' if name in differing else 'same'} |" for name in found]
    return "\n".join(
        [
            "# Exporters",
            "",
            "`make test-clients` writes this page. Each exporter sends the same trace of three spans; what the API",
            "shows of it is compared whole.",
            "",
            where(),
            "",
            *(f"- {package}" for package in packages),
            "",
            "| exporter | trace |",
            "|---|---|",
            *rows,
            "",
        ]
    )
