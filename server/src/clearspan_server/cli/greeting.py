"""What a server tells of itself: after `clearspan up`, and when `clearspan status` asks it."""

import sys
from dataclasses import dataclass
from typing import Any

from clearspan_server.cli import printing
from clearspan_server.cli.client import Server
from clearspan_server.errors import ClearspanError

_USUAL_URL = "http://127.0.0.1:4318"  # where the SDK sends unless it is told
_WIDTH = 10


@dataclass(slots=True, frozen=True)
class Part:
    """One part of a server: where it is or how it does, and whether that is well."""

    name: str
    says: str
    ok: bool = True


@dataclass(slots=True, frozen=True)
class Standing:
    """How a server does; `health` is what `/readyz` says."""

    health: dict[str, Any]
    parts: list[Part]

    @property
    def ok(self) -> bool:
        return all(part.ok for part in self.parts)

    def lines(self) -> list[str]:
        """A line a part; the mark says by its form whether it is well."""
        rows = ((("✓" if part.ok else "✗"), part) for part in self.parts)
        return [
            f"  {mark} {part.name:<{_WIDTH}} {printing.line_of(part.says)}" for mark, part in rows
        ]


def standing(server: Server, grpc: str = "") -> Standing:
    """Ask a server how it does; `grpc` is where it takes OTLP over gRPC, "" where that is not known.

    Raises:
        ClearspanError: nobody answers.
    """
    health = server.health()
    parts = [
        _pages(server),
        Part("API", f"{server.url}/api/v1, described at {server.url}/docs"),
        Part("OTLP/HTTP", f"{server.url}/v1/traces, /v1/metrics, /v1/logs"),
        *([Part("OTLP/gRPC", grpc)] if grpc else []),
        Part("gateway", f"{server.url}/gateway/openai/v1 and other providers"),
    ]
    for name, says in health["checks"].items():
        fine = _fine(server, name, health) if says == "ok" else says
        parts.append(Part(name, fine, ok=says == "ok"))
    return Standing(health, parts)


def _pages(server: Server) -> Part:
    try:
        server.text("/")
    except ClearspanError as error:
        return Part("pages", error.message, ok=False)
    return Part("pages", f"{server.url}/")


def _fine(server: Server, name: str, health: dict[str, Any]) -> str:
    if name == "engine":
        return f"ClickHouse {_engine(server)}, embedded".replace(" ,", ",")
    if name == "writer":
        lag = health["lag_s"]
        return "everything that was taken is stored" if lag is None else f"{lag:.1f} s behind"
    return "ok"


def _engine(server: Server) -> str:
    try:
        return str(server.get("/api/v1/versions")["engine"])
    except ClearspanError:
        return ""  # a key that may not ask


def first_trace(url: str, *, needs_key: bool) -> str:
    """A program that records a span, for whoever reads what the command prints."""
    said = [] if url == _USUAL_URL else [f'endpoint="{url}"']
    if needs_key:
        said.append('key="cs_…"')  # from Settings, or `clearspan key create`
    init = f"      clearspan.init({', '.join(said)})\n\n" if said else ""
    return f"""\
  Your first trace, with {sys.executable}:

      import clearspan

{init}      with clearspan.span("hello", input="my first trace"):
          print("recorded")
"""
