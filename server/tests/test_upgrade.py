"""Data folders of earlier versions open, and hold what they held: in the engine and in the journal."""

import tarfile
from pathlib import Path

import pytest

from asking import ask, bearer
from running import Server, serving, settle

FOLDERS = sorted((Path(__file__).parent / "folders").glob("*.tar.xz"))
ALWAYS = "from=2026-01-01T00:00:00Z"
EVERYTHING = f"{ALWAYS}&limit=500"
TRACES, SPANS = 29, 42  # that scripts/keep_folder.py puts into a folder
# Nothing was said of traces when these were kept.
UNSAID = {f"0.1.0{name}.tar.xz" for name in ("", "-ingest", "-meaning", "-capture")}
# Nor was anything told beside spans.
UNTOLD = {*UNSAID, "0.1.0-explore.tar.xz"}
# Long texts were cut for good, and there were no dashboards.
CUT = {*UNTOLD, "0.1.0-private.tar.xz"}
# Nobody talked to models, nor kept a key of one.
SILENT = {*CUT, "0.1.0-replay.tar.xz"}
LONG = {"stored": 300_000 * len("stored "), "waiting": 300_000 * len("waiting ")}


@pytest.mark.parametrize("archive", FOLDERS, ids=lambda path: path.name)
def test_an_earlier_folder_opens_with_every_span(archive: Path, tmp_path: Path) -> None:
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")

    with serving(tmp_path / "data") as server:
        settle(server)
        assert len(server.get(f"/api/v1/traces?{EVERYTHING}")["traces"]) >= TRACES
        spans = server.get(f"/api/v1/spans?{EVERYTHING}")["spans"]
        first = spans[0]
        wanted = {"name": "ann", "password": "a long enough password", "role": "admin"}
        made = ask(server, "POST", "/api/v1/accounts", bearer(server.token), wanted)
        keys = server.get("/api/v1/keys")["keys"]
        said, told = said_in(server), told_in(server)
        long = long_in(server)
        talked = talked_in(server)
        kept = [one["name"] for one in server.get("/api/v1/dashboards")["dashboards"]]
        detail = server.get(f"/api/v1/traces/{first['trace_id']}/spans/{first['span_id']}")
        figures = server.get(f"/api/v1/overview?{ALWAYS}")

    assert len(spans) == SPANS
    assert (figures["origin"]["source"], figures["totals"]["traces"]) == ("rollups", TRACES)
    assert detail["span_id"] == first["span_id"]
    assert (made.status, [key["last_used"] for key in keys]) == (201, [None] * len(keys))
    assert said == (
        [] if archive.name in UNSAID else ["thumbs -1", "Wrong refund.", "dear", "kay", "kept"]
    )
    assert told == ([] if archive.name in UNTOLD else ["It is late.", "queue", "greeting"])
    assert (long, kept) == (({}, []) if archive.name in CUT else (LONG, ["mine"]))
    assert talked == ([] if archive.name in SILENT else ["Where is my parcel?", "ok", "stored"])


def said_in(server: Server) -> list[str]:
    """What `say` of scripts/keep_folder.py left behind."""
    scores = server.get("/api/v1/scores")["scores"]
    comments = [
        comment["text"]
        for score in scores
        for comment in server.get(f"/api/v1/traces/{score['trace_id']}/comments")["comments"]
    ]
    views = [view["name"] for view in server.get("/api/v1/views")["views"]]
    accounts = [one["name"] for one in server.get("/api/v1/accounts")["accounts"]]
    keys = [key["name"] for key in server.get("/api/v1/keys")["keys"]]
    judged = [f"{score['name']} {score['value']:g}" for score in scores]
    return [*judged, *comments, *views, *(name for name in accounts if name != "ann"), *keys]


def told_in(server: Server) -> list[str]:
    """What was told beside spans: log records, metrics, prompts."""
    logs = [one["message"] for one in server.get(f"/api/v1/logs?{ALWAYS}")["logs"]]
    metrics = [one["name"] for one in server.get("/api/v1/metrics/names")["names"]]
    prompts = [one["name"] for one in server.get("/api/v1/prompts")["prompts"]]
    return [*logs, *metrics, *prompts]


def talked_in(server: Server) -> list[str]:
    """The questions of conversations and how they were answered, and the keys of providers that can be read."""
    said = []
    for head in server.get("/api/v1/conversations?project=talk")["conversations"]:
        path = f"/api/v1/conversations/{head['id']}?project=talk"
        question, answer = server.get(path)["messages"]
        assert answer["text"]
        said += [question["text"], answer["status"]]
    states = [one["key"] for one in server.get("/api/v1/providers")["providers"]]
    return [*said, *(state for state in states if state in ("stored", "unreadable"))]


def long_in(server: Server) -> dict[str, int]:
    """The bytes of each long text, by the name of its span; each is whole."""
    found = {}
    for row in server.get(f"/api/v1/spans?{EVERYTHING}&project=long")["spans"]:
        path = f"/api/v1/traces/{row['trace_id']}/spans/{row['span_id']}"
        [whole] = server.get(f"{path}?project=long")["whole"]
        query = f"project=long&field=input&words={row['name']}&start={whole['size_bytes'] - 20}"
        assert server.get(f"{path}/text/places?{query}")["starts"], row["name"]
        found[row["name"]] = whole["size_bytes"]
    return found


def test_there_is_a_folder_to_open() -> None:
    assert FOLDERS
