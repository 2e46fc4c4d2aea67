"""`clearspan doctor`: whether an installation is well, and where a trace is; every complaint says what to do."""

import contextlib
import platform
import re
import shutil
import socket
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from clearspan_server import __version__
from clearspan_server.cli import client
from clearspan_server.errors import BadInput, ClearspanError
from clearspan_server.settings import Settings
from clearspan_server.store.folder import running

_CONNECT_S = 2.0
_SLOW_S = 10.0
_AHEAD_S = 5.0  # of a sender's clock; what is behind may be old spans
_ANY = "default"  # is asked of a trace that no project holds, for what was rejected
_TRACE_ID = re.compile(r"[0-9a-f]{32}")
_REFUSED = re.compile(r'clearspan_http_request_seconds_count\{[^}]*status="401"\} ([0-9.]+)')


@dataclass(slots=True, frozen=True)
class Check:
    """One thing that was looked at; `advice` is what to do when it is not `ok`."""

    name: str
    ok: bool
    says: str
    advice: str = ""


@dataclass(slots=True, frozen=True)
class Report:
    """What was found; `trace` is the API's answer where a trace was asked for."""

    checks: list[Check]
    trace: dict[str, Any] | None = None

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "checks": [asdict(check) for check in self.checks],
            "trace": self.trace,
        }


def examine(settings: Settings) -> Report:
    """Look at the installation of a data folder, with its server or without."""
    checks = [*_folder(settings.data), _disk(settings)]
    try:
        server = client.find(settings.data)
        health = server.health()
    except (ClearspanError, OSError) as error:
        checks += _without_server(settings, str(error))
    else:
        checks += _with_server(settings.data, server, health)
    return Report([*checks, _versions()])


def trace_story(server: client.Server, trace_id: str, project: str | None) -> Report:
    """Where a trace is; without a project, in whichever has it.

    Raises:
        BadInput: it is no trace id.
    """
    trace_id = trace_id.strip().lower()
    if not _TRACE_ID.fullmatch(trace_id):
        raise BadInput(f"{trace_id!r} is no trace id: 32 hex digits are")
    where = f"/api/v1/whereabouts/{trace_id}"
    holders = [project] if project else server.get(f"{where}/projects")["projects"]
    one = holders[0] if holders else _ANY
    found = server.get(f"{where}?project={one}") | {"project": one}
    return Report(list(_story(found, f"project {one}" if holders else "any project")), found)


def _story(found: dict[str, Any], place: str) -> Iterator[Check]:
    yield from _of_engine(found, place)
    if found["parts"]:
        parts = ", ".join(f"{count} {kind}" for kind, count in found["parts"].items())
        yield Check("parts", ok=True, says=f"{parts}, folded into their spans")
    for entry in found["waiting"]:
        says = f"{_count(entry['spans'], 'span')} since {entry['received']} (entry {entry['seq']})"
        yield Check("in the journal", ok=True, says=says)
    for row in found["quarantined"]:
        yield Check(
            "quarantined",
            ok=False,
            says=f"span {row['name']!r}: {row['reason']}",
            advice="the page Delivery shows it; re-drive it when the reason is gone",
        )
    if found["missing_parents"]:
        yield Check(
            "parents",
            ok=False,
            says=f"{found['missing_parents']} spans have a parent that is not here",
            advice="its process may still run, have been killed, or send elsewhere",
        )
    # What others had rejected tells of a trace that is missed, and of no other.
    for row in found["rejected_nearby"][: 0 if found["spans"] or found["waiting"] else 5]:
        says = f"{row['count']} of {row['service'] or 'an unnamed service'} at {row['time']}: {row['reason']}"
        yield Check("rejected nearby", ok=True, says=says)
    if found["listed"]:
        yield Check("listed", ok=True, says=f"as {found['state']}")
    elif found["spans"]:
        yield Check(
            "listed",
            ok=False,
            says="not yet",
            advice="`clearspan doctor` shows whether the engine is well",
        )


def _of_engine(found: dict[str, Any], place: str) -> Iterator[Check]:
    if found["engine"] != "ok":
        yield Check(
            "engine",
            ok=False,
            says=f"{found['engine']}; what it holds cannot be told now",
            advice=_ADVICE["engine"],
        )
    elif found["state"] == "unknown":
        yield Check(
            "trace",
            ok=False,
            says=f"nothing of {found['trace_id']} is in {place}",
            advice="was it sampled out, sent elsewhere, or never flushed? `clearspan doctor` shows who sends",
        )
    if found["spans"]:
        by = ", ".join(found["services"]) or "an unnamed service"
        yield Check(
            "received",
            ok=True,
            says=f"{found['first_received']} to {found['last_received']} by {by}, project {found['project']}",
        )
        yield Check(
            "stored",
            ok=True,
            says=f"{_count(found['spans'], 'span')}, {found['open_spans']} of them open",
        )


def _folder(data: Path) -> Iterator[Check]:
    if not data.is_dir():
        yield Check(
            "data folder", ok=False, says=f"{data} does not exist", advice="`clearspan up` makes it"
        )
        return
    yield _private("data folder", data, 0o700)
    token = data / "token"
    if token.exists():
        yield _private("token", token, 0o600)


def _private(name: str, path: Path, wanted: int) -> Check:
    mode = stat.S_IMODE(path.stat().st_mode)
    says = f"{path} has mode {mode:04o}"
    return Check(
        name, ok=not mode & 0o077, says=says, advice=f"others can enter: chmod {wanted:o} {path}"
    )


def _disk(settings: Settings) -> Check:
    place = settings.data if settings.data.exists() else settings.data.parent
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(place).free
        return Check(
            "free space",
            ok=free >= settings.min_free_bytes,
            says=f"{_size(free)} free",
            advice=f"below {_size(settings.min_free_bytes)} senders get 429: make room",
        )
    return Check(
        "free space", ok=False, says=f"{place} cannot be looked at", advice="check the folder"
    )


def _with_server(data: Path, server: client.Server, health: dict[str, Any]) -> Iterator[Check]:
    yield Check("server", ok=True, says=f"runs at {server.url}")
    yield from _grpc(data)
    for name, says in health["checks"].items():
        yield Check(name, ok=says == "ok", says=says, advice=_ADVICE.get(name, ""))
    projects = [row["id"] for row in server.get("/api/v1/projects")["projects"]]
    ledgers = {one: server.get(f"/api/v1/deliveries?project={one}") for one in projects}
    first = next(iter(ledgers.values()))
    yield _lag(first["journal"])
    if trouble := first["writer"]["trouble"]:
        yield Check("writing", ok=False, says=trouble, advice=_ADVICE["writer"])
    yield _quarantine(sum(_quarantined(server, one) for one in projects))
    senders = [sender for ledger in ledgers.values() for sender in ledger["senders"]]
    yield from _senders(senders)
    yield _keys(server)
    yield Check("engine version", ok=True, says=first["engine"]["version"])


_ADVICE = {
    "journal": "the engine does not keep up or does not answer; senders wait until it does",
    "disk": "make room; senders keep what they have and try again",
    "writer": "nothing is lost; the journal keeps it, and the server's log names the engine's code",
    "engine": "the server's log has the reason; restarting the server opens the engine anew",
}


def _grpc(data: Path) -> Iterator[Check]:
    owner = running(data)
    if owner is None or not owner.grpc:
        return
    host, _, port = owner.grpc.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_S).close()
    except OSError as error:
        yield Check("grpc", ok=False, says=f"{owner.grpc}: {error}", advice="restart the server")
    else:
        yield Check("grpc", ok=True, says=f"answers at {owner.grpc}")


def _lag(journal: dict[str, Any]) -> Check:
    age_s = journal["oldest_age_s"] or 0.0
    says = f"{journal['entries']} entries, {_size(journal['bytes'])} wait, the oldest {age_s:.1f} s"
    return Check(
        "waiting", ok=age_s < _SLOW_S, says=says, advice="storing is behind: see writer, engine"
    )


def _quarantined(server: client.Server, project: str) -> int:
    return int(server.get(f"/api/v1/quarantine?project={project}")["total"])


def _quarantine(count: int) -> Check:
    advice = "the page Delivery shows each with its reason; re-drive or discard them there"
    return Check("quarantine", ok=not count, says=f"{count} rows", advice=advice)


def _senders(senders: list[dict[str, Any]]) -> Iterator[Check]:
    yield Check("senders", ok=True, says=f"{len(senders)} in the last day")
    for one in senders:
        name = one["service"] or one["process"]
        if (one["skew_s"] or 0) > _AHEAD_S:
            yield Check(
                "clock",
                ok=False,
                says=f"{name} is {one['skew_s']:.1f} s ahead of this machine",
                advice="set its clock (or this one's) by NTP; its spans seem to come from the future",
            )
        if one["dropped"]:
            yield Check(
                "dropped",
                ok=False,
                says=f"{name} threw {one['dropped']} spans away, its queue was full",
                advice="a larger queue, or a server that answers sooner",
            )
        if (one["missing"] or 0) > 0:
            yield Check(
                "missing",
                ok=False,
                says=f"{name} sent {one['missing']} spans that never came",
                advice="it was answered by something else, or a request was lost on the way",
            )


def _keys(server: client.Server) -> Check:
    known = len(server.get("/api/v1/keys")["keys"])
    refused = sum(float(count) for count in _REFUSED.findall(server.text("/metrics")))
    return Check(
        "keys",
        ok=not refused,
        says=f"{known} in use, {refused:.0f} requests since the start without a known key",
        advice="somebody sends with a revoked or unknown key, or reads without one: `clearspan key list`",
    )


def _without_server(settings: Settings, why: str) -> Iterator[Check]:
    yield Check("server", ok=False, says=why, advice="`clearspan up` starts one")
    for name, port in (("http port", settings.port), ("grpc port", settings.grpc_port)):
        yield _port(name, settings.host, port)
    yield _offline("journal", settings.data / "journal", _waiting)
    yield _offline("quarantine", settings.data / "quarantine.db", _in_quarantine)


def _port(name: str, host: str, port: int) -> Check:
    try:
        socket.create_connection((host, port), _CONNECT_S).close()
    except OSError:
        return Check(name, ok=True, says=f"{port} is free")
    advice = "another program listens there; choose another port"
    return Check(name, ok=port == 0, says=f"{port} on {host} is in use", advice=advice)


def _offline(name: str, path: Path, look: Callable[[Path], tuple[bool, str]]) -> Check:
    if not path.exists():
        return Check(name, ok=True, says="empty")
    try:
        ok, says = look(path)
    except sqlite3.Error as error:
        return Check(name, ok=False, says=f"{path} cannot be read: {error}", advice="restore it")
    return Check(
        name, ok=ok, says=says, advice="`clearspan up` stores what waits and shows the rest"
    )


def _waiting(folder: Path) -> tuple[bool, str]:
    with _reading(folder / "state.db") as state:
        row = state.execute("select seq from positions where name = 'stored'").fetchone()
    stored, entries, size = int(row[0]) if row else 0, 0, 0
    for segment in sorted(folder.glob("[0-9]*.db")):
        with _reading(segment) as file:
            found = file.execute(
                "select count(*), coalesce(sum(length(data)), 0) from entries where seq > ?",
                (stored,),
            ).fetchone()
        entries, size = entries + int(found[0]), size + int(found[1])
    return True, f"{entries} entries, {_size(size)} wait for the next start; nothing of it is lost"


def _in_quarantine(path: Path) -> tuple[bool, str]:
    with _reading(path) as file:
        [count] = file.execute("select count(*) from rows where redriven_ns is null").fetchone()
    return not count, f"{count} rows"


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
        yield file


def _versions() -> Check:
    try:
        sdk = version("clearspan")
    except PackageNotFoundError:
        sdk = "not installed"
    says = f"server {__version__}, SDK {sdk}, Python {platform.python_version()}"
    advice = "install the same version of clearspan and clearspan-server"
    return Check("versions", ok=sdk in {__version__, "not installed"}, says=says, advice=advice)


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _size(count: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"


def print_report(report: Report) -> None:
    """For a terminal: a line a check, and under one that fails what to do."""
    # Rich takes 50 ms, which `--json` need not pay.
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    console = Console(highlight=False, soft_wrap=True)
    for check in report.checks:
        mark = Text("✓ ", "green") if check.ok else Text("✗ ", "bold red")
        # Names and reasons come from senders: no control character may reach the terminal.
        console.print(mark + Text(f"{check.name:16}") + Text(_printable(check.says)))
        if not check.ok and check.advice:
            console.print(Text(f"  {'':16}{check.advice}", "dim"))


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in text)
