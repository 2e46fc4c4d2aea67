"""Texts that are too long for the row of their span: whole, by ranges, and in every story that other texts are in."""

import gzip
import json
import threading
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from asking import Client, bearer
from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.redact import Redactor
from clearspan_server.jobs.rescanning_texts import rescan_texts
from clearspan_server.model.long_text import LongText, hash_of, kept_whole, without_hashes
from clearspan_server.model.rewrite import Stretch
from clearspan_server.query.long_texts import Places, Text, find_words
from clearspan_server.store.engine import Engine
from clearspan_server.store.text_columns import PIECE_BYTES, to_batch
from removing import done, send
from running import Server, serving, settle
from sending import PROTOBUF, post, request_of, span

MIB = 1024 * 1024
MAIL = "rosalind@franklin-labs.example"


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server, f"p-{uuid.uuid4().hex}")


def lines(size_bytes: int) -> str:
    """Numbered lines with characters of one to four bytes."""
    one = "{:08d} añejo — 夜想曲 😀 of the quick brown fox\n"
    length = len(one.format(0).encode())
    return "".join(one.format(number) for number in range(size_bytes // length + 1))


def at(made: Span) -> str:
    return f"/traces/{made.trace_id.hex()}/spans/{made.span_id.hex()}"


def sent(client: Client, text: str, key: str = "input.value") -> Span:
    """A stored span that says the text."""
    made = span("long", {"gen_ai.operation.name": "chat", key: text})
    send(client, "/v1/traces", request_of([made]))
    settle(client.server)
    return made


def fetch(
    client: Client, made: Span, field: str = "input", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and bytes of a text."""
    url = f"{client.server.url}/api/v1{at(made)}/text?{urlencode({'field': field})}"
    given = {**bearer(client.server.token), "x-clearspan-project": client.project}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=given)) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {}, error.read()


def places(client: Client, made: Span, words: str, **asked: int) -> Any:
    query = urlencode({"field": "input", "words": words, **asked})
    status, found = client("GET", f"{at(made)}/text/places?{query}")
    assert status == 200, found
    return found


def test_a_text_is_whole_beside_its_span_and_comes_by_ranges(client: Client) -> None:
    text = lines(5 * MIB)
    whole = text.encode()

    made = sent(client, text)
    found = client("GET", at(made))[1]
    contents = client("GET", f"/traces/{made.trace_id.hex()}/contents?span={made.span_id.hex()}")[1]
    status, headers, got = fetch(client, made)

    assert found["truncated"] == [f"input:{len(whole)}"]
    assert found["whole"] == [{"field": "input", "size_bytes": len(whole)}]
    assert contents["spans"][0]["whole"] == found["whole"]
    assert text.startswith(found["input"])
    assert (status, got == whole) == (200, True)
    assert (headers["content-length"], headers["accept-ranges"]) == (str(len(whole)), "bytes")
    assert headers["content-type"] == "text/plain; charset=utf-8"
    border = PIECE_BYTES
    for first, last in ((0, 0), (border - 3, border + 3), (4 * MIB - 5, 4 * MIB + 7), (9, 3 * MIB)):
        status, headers, got = fetch(client, made, range=f"bytes={first}-{last}")
        assert (status, got == whole[first : last + 1]) == (206, True), (first, last)
        assert headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"
    assert fetch(client, made, range="bytes=-10")[2] == whole[-10:]
    assert fetch(client, made, range=f"bytes={len(whole) - 4}-")[2] == whole[-4:]
    assert fetch(client, made, range=f"bytes={len(whole)}-")[0] == 416
    assert fetch(client, made, range="lines=1-2")[0] == 200
    etag = headers["etag"]
    assert fetch(client, made, range="bytes=1-2", if_range=etag)[0] == 206
    assert fetch(client, made, range="bytes=1-2", if_range='"another"')[0] == 200


def test_a_short_text_comes_the_same_way(client: Client) -> None:
    made = sent(client, "twelve monkeys")

    assert fetch(client, made)[2] == b"twelve monkeys"
    assert fetch(client, made, range="bytes=7-8")[2] == b"mo"
    assert places(client, made, "MONK")["starts"] == [7]
    assert client("GET", at(made))[1]["whole"] == []


def test_an_attribute_is_kept_whole_too(client: Client) -> None:
    text = "x" * (2 * MIB) + "the end"
    made = sent(client, text, "my.own:key")

    found = client("GET", at(made))[1]

    assert found["whole"] == [{"field": "attributes.my.own:key", "size_bytes": len(text) + 2}]
    assert json.loads(fetch(client, made, "attributes.my.own:key")[2]) == text


def test_what_is_not_there_is_said(client: Client) -> None:
    made = sent(client, "a")
    stranger = Client(client.server, f"q-{uuid.uuid4().hex}")
    other = span("never sent")

    assert client("GET", f"{at(made)}/text?field=version")[0] == 400
    assert client("GET", f"{at(made)}/text?field=tool_result")[0] == 404
    assert client("GET", f"{at(made)}/text?field=attributes.none")[0] == 404
    assert client("GET", f"{at(other)}/text?field=input")[0] == 404
    assert stranger("GET", f"{at(made)}/text?field=input")[0] == 404
    assert stranger("GET", f"{at(made)}/text/places?field=input&words=a")[0] == 404


def test_words_are_found_everywhere_also_across_the_borders_of_pieces(client: Client) -> None:
    needle = "Needle in — 夜想曲"
    size = len(needle.encode())
    text = bytearray(b"." * (9 * MIB))
    starts = [0, PIECE_BYTES - 5, 3 * PIECE_BYTES, 4 * MIB - 9, 8 * MIB - 1, 9 * MIB - size]
    for start in starts:
        text[start : start + size] = needle.encode()
    made = sent(client, text.decode())

    assert places(client, made, needle)["starts"] == starts
    assert places(client, made, needle.upper())["starts"] == starts
    assert places(client, made, needle, start=1)["starts"] == starts[1:]
    trace = f"/traces/{made.trace_id.hex()}"
    query = urlencode({"words": needle.upper()})
    assert client("GET", f"{trace}/matches?{query}")[1]["span_ids"] == [made.span_id.hex()]
    assert places(client, made, "nowhere") == {
        "size_bytes": 9 * MIB,
        "starts": [],
        "next_start": None,
    }
    many = places(client, made, "..")
    assert len(many["starts"]) == 200
    assert many["next_start"] == many["starts"][-1] + 1


def test_words_that_nearly_stand_everywhere_are_looked_for_in_as_little_time(
    engine: Engine,
) -> None:
    """A search that began anew at each letter would compare a thousand letters for each of them."""
    project, size = f"p-{uuid.uuid4().hex}", 8 * MIB
    whole = b"a" * (size - 4) + "İS".encode() + b"!"
    made = LongText(project, "t", "s", "input", "h", whole, 1, 2)
    engine.insert("long_texts", stored(made), token=project)
    text = Text(project, "t", "s", "input", size, "h")

    looked = find_words(engine, text, "a" * 999 + "b", 0)
    found = find_words(engine, text, "aaais!", size - 20)

    assert looked == Places([], None)
    assert found == Places([size - 7], None)


def stored(*texts: LongText) -> pa.Table:
    return pa.Table.from_batches([to_batch(texts)])


def test_a_rescan_removes_what_a_crash_left_of_a_text_that_is_clean(engine: Engine) -> None:
    project = f"p-{uuid.uuid4().hex}"
    ids = (project, "t", "s", "input", "h")
    dirty = LongText(*ids, f"says {MAIL}".encode(), 1, 2)
    clean = LongText(*ids, b"says [redacted:email]", 1, 2, cleaned=1)
    engine.insert("long_texts", stored(dirty, clean), token=project)
    privacy = Privacy(Redactor(), b"test")
    window = Stretch(project, 0, 10)

    seen = rescan_texts(engine, privacy, threading.Lock(), window, is_dry=True)
    before = (list(seen), left(engine, project))
    found = list(rescan_texts(engine, privacy, threading.Lock(), window, is_dry=False))

    assert before == ([{}], [0, 1])
    assert (found, left(engine, project)) == ([{}], [1])


def left(engine: Engine, project: str) -> list[int]:
    """Which forms of its texts a project has."""
    asked = "select cleaned from long_texts where project = {project:String} order by cleaned"
    return [row["cleaned"] for row in engine.query(asked, {"project": project})]


def test_a_value_that_is_short_again_has_no_long_text(client: Client) -> None:
    made = sent(client, "a short one", "app.note")
    for said in (lines(2 * MIB), "short again"):
        update = span("", {"clearspan.state": "update", "input.value": said, "app.note": said})
        update.trace_id, update.span_id = made.trace_id, made.span_id
        send(client, "/v1/traces", request_of([update]))
        settle(client.server)
    found = client("GET", at(made))[1]

    assert (found["truncated"], found["whole"]) == ([], [])
    assert fetch(client, made)[2] == b"short again"
    assert fetch(client, made, "attributes.app.note")[2] == b'"short again"'


def test_what_comes_twice_is_stored_once(client: Client) -> None:
    made = sent(client, lines(2 * MIB))
    send(client, "/v1/traces", request_of([made]))
    settle(client.server)

    preview = client("POST", "/erasures", _erasure("trace", made.trace_id.hex(), preview=True))[1]
    counts = done(client, "erasures", preview)["counts"]

    assert (counts["spans"], counts["long_texts"]) == (1, 1)
    assert fetch(client, made)[2] == lines(2 * MIB).encode()


def _erasure(by: str, value: str, *, preview: bool) -> dict[str, Any]:
    return {"by": by, "value": value, "preview": preview}


def test_the_end_of_a_long_text_is_redacted_rescanned_and_erased(client: Client) -> None:
    word = "Nightjar"
    text = lines(2 * MIB) + f"write to {MAIL}, says {word}"
    made = sent(client, text)
    other = sent(client, lines(2 * MIB))
    came = fetch(client, made)[2].decode()

    assert client("PUT", "/redaction/settings", {"words": [word]})[0] == 200
    status, begun = client("POST", "/redaction/rescans", {"preview": False})
    assert status == 202, begun
    rescan = done(client, "redaction/rescans", begun)
    cleaned = fetch(client, made)[2].decode()
    begun = client("POST", "/erasures", _erasure("text", "says [redacted:word]", preview=False))[1]
    counts = done(client, "erasures", begun)["counts"]

    assert (MAIL in came, came.endswith(f"write to [redacted:email], says {word}")) == (False, True)
    assert (rescan["records"], rescan["types"]) == ({"long_texts": 1}, {"word": 1})
    assert cleaned == came.replace(word, "[redacted:word]")
    assert (counts["traces"], counts["long_texts"]) == (1, 1)
    assert client("GET", at(made))[0] == 404
    assert fetch(client, made)[0] == 404
    assert fetch(client, other)[0] == 200
    for path in client.server.data.rglob("*"):
        if path.is_file() and path.stat().st_size < 64 * MIB:
            assert b"says Nightjar" not in path.read_bytes(), path


def test_a_hundred_megabytes_open_by_range(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one body; what its sender must allow is `max_body_bytes`."""
    monkeypatch.setenv("CLEARSPAN_MAX_BODY_BYTES", str(256 * MIB))
    text = "".join(f"{number:09d} the quick brown fox\n" for number in range(3_500_000))
    made = span("vast", {"gen_ai.operation.name": "chat", "input.value": text})
    packed = gzip.compress(request_of([made]), 1)
    with serving(tmp_path / "data") as server:
        status, said = post(
            server.url, "/v1/traces", packed, PROTOBUF | {"content-encoding": "gzip"}
        )
        assert status == 200, said
        settle(server)
        client = Client(server, "default")
        found = client("GET", at(made))[1]
        middle = fetch(client, made, range="bytes=60000000-60065535")
        end = fetch(client, made, range="bytes=-30")
        line = places(client, made, "003400000 the")

    assert len(text) > 100_000_000
    assert found["whole"] == [{"field": "input", "size_bytes": len(text)}]
    assert len(json.dumps(found)) < 3 * MIB
    assert (middle[0], middle[2].decode()) == (206, text[60_000_000:60_065_536])
    assert end[2].decode() == text[-30:]
    assert line["starts"] == [3_400_000 * 30]


def test_notes_say_which_text_is_whole_somewhere() -> None:
    hash_ = hash_of(b"x")
    notes = [f"attributes.a:b:9:{hash_}", "input:5", "name:invalid UTF-8, repaired"]

    assert list(kept_whole(notes)) == ["attributes.a:b"]
    assert without_hashes(notes) == ["attributes.a:b:9", *notes[1:]]
    assert not any(letter.isdigit() for letter in hash_)


@pytest.mark.parametrize("shift", range(5))
def test_pieces_are_of_whole_characters(shift: int) -> None:
    text = ("x" * shift + lines(3 * PIECE_BYTES)).encode()

    rows = to_batch([LongText("p", "t", "s", "input", "h", text, 1, 2)]).to_pylist()

    assert "".join(row["text"] for row in rows).encode() == text
    at = 0
    for row in rows:
        assert (row["start"], row["size_bytes"]) == (at, len(text))
        at += len(row["text"].encode())
        assert text[at:].startswith(row["after"].encode())
    assert len(rows) >= 4
