"""Freezes a recorded trace into a test and a cassette, from which its model calls are replayed."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from clearspan.api import ask
from clearspan.recorder import settings as current_settings
from clearspan.settings import Settings
from clearspan.wire.forms import Json, mapping, mappings

TRACE_ID = re.compile(r"[0-9a-f]{32}")
COUNTS = ("input", "output", "cache_read", "cache_write", "reasoning")
TEST = '''"""Replays the model calls of trace {trace_id} without network."""

from pathlib import Path

import pytest

from clearspan.testing import replay

CASSETTE = Path(__file__).with_name("{stem}.json")


def program() -> None:
    """Calls the program as it was called when the trace was recorded."""
    pytest.skip("write into program() what is to be called")


def test_{stem}() -> None:
    with replay(CASSETTE) as calls:
        program()

    assert calls.left == []
'''


def freeze(
    trace_id: str, folder: str | os.PathLike[str], *, endpoint: str = "", key: str = ""
) -> Path:
    """Writes a pytest file, and beside it a cassette with the model calls of a trace.

    What users and models wrote is in the cassette alone, none of it in the code.

    Args:
        trace_id: 32 hexadecimal digits.
        folder: where both files are written.
        endpoint: the server; else that of the settings.
        key: with the scope ``read``; else that of the settings.

    Returns:
        The pytest file, whose ``program()`` is to be filled in; one that is there stays as it is.

    Raises:
        ValueError: this is no trace id.
        LookupError: the server does not have the trace, or does not show it.
        OSError: the server does not answer, or the files cannot be written.
    """
    if not TRACE_ID.fullmatch(trace_id):
        raise ValueError(f"{trace_id!r:.80} is no trace id: 32 hexadecimal digits")
    given = {"endpoint": endpoint, "key": key}
    changes = {name: value for name, value in given.items() if value}
    settings = Settings(**{**vars(current_settings()), **changes})

    def get(path: str) -> Json:
        status, found = ask(settings, path)
        if status in {401, 403}:
            needed = "a key with the scope `read` is needed"
            raise LookupError(f"GET {path} was answered with {status}: {needed}")
        if status != 200 or not isinstance(found, dict):
            raise LookupError(f"GET {path} was answered with {status}")
        return found

    path = f"/api/v1/traces/{trace_id}"
    spans = mappings(get(path).get("spans"))
    calls = [get(f"{path}/spans/{span['span_id']}") for span in spans if span["kind"] == "llm"]
    stem = _stem(str(spans[0]["name"]) if spans else "", trace_id)
    cassette = {"clearspan": 1, "trace_id": trace_id, "calls": [_call(span) for span in calls]}
    text = json.dumps(cassette, indent=1, ensure_ascii=False)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{stem}.json").write_text(text + "\n", encoding="utf-8")
    test = folder / f"test_{stem}.py"
    if not test.exists():  # what somebody has filled in stays
        test.write_text(TEST.format(trace_id=trace_id, stem=stem), encoding="utf-8")
    return test


def _stem(name: str, trace_id: str) -> str:
    """A name for files and functions: of letters, digits and underscores, whatever ``name`` is."""
    words = re.sub(r"[^a-z0-9]+", "_", name.lower())[:40].strip("_")
    return f"{words or 'trace'}_{trace_id[:8]}"


def _call(span: Json) -> Json:
    status = mapping(span.get("attributes")).get("http.response.status_code")
    failed = span["status"] == "error" and not span.get("output_messages")
    error = {
        "type": span.get("error_type"),
        "message": span.get("error_message"),
        "status": status if isinstance(status, int) and status >= 400 else 500,
    }
    return {
        "provider": span.get("provider"),
        "operation": span.get("operation"),
        "model": span.get("request_model"),
        "messages": span.get("input_messages") or [],
        "answer": {
            "id": span.get("response_id"),
            "model": span.get("response_model") or span.get("request_model"),
            "finish_reason": span.get("finish_reason"),
            "messages": span.get("output_messages") or [],
            "usage": {name: mapping(span.get("usage")).get(name) for name in COUNTS},
            "error": error if failed else None,
        },
    }
