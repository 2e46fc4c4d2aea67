"""What a project keeps of texts: each capture mode, for spans, logs and scores; and how ids of people are kept."""

import json
from typing import Any

import pytest

from clearspan_server.ingest.draft import Attributes, Draft, Event, LogDraft, Origin
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.encode_records import finish_log, finish_score
from clearspan_server.ingest.normalise import normalise
from clearspan_server.ingest.patterns import SECRET_TYPES
from clearspan_server.ingest.redact import Redactor
from clearspan_server.model.log import LogRecord
from clearspan_server.model.privacy import CaptureMode
from clearspan_server.model.pseudonym import pseudonym, spellings
from clearspan_server.model.score import Score
from clearspan_server.model.span import Span
from normalising import START_NS

KEY = b"key"
SECRET = "sk-" + "proj-" + "aB3dE5gH7jK9mN1pQ2sT4vW6xY8zA0cD"
CALL: Attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.request.temperature": 0.5,
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"I am ann@example.com"}]}]',
    "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Hello"}]}]',
    "app.note": "the note",
    "app.size": 7,
    "user.id": "ann@example.com",
}


def privacy(capture: CaptureMode = "masked", *, hash_ids: bool = True) -> Privacy:
    redactor = Redactor(SECRET_TYPES) if capture == "full" else Redactor()
    return Privacy(redactor, KEY, capture, hash_ids)


def kept(how: Privacy, attributes: Attributes | None = None, status: int = 0) -> Span:
    """The span that is stored of a call."""
    span = Span(project="p", trace_id="1" * 32, span_id="2" * 16, name="call", start_ns=START_NS)
    span.end_ns = START_NS + 1
    event = Event("note", START_NS, {"text": "said in an event", "size": 3})
    draft = Draft(span, dict(CALL | (attributes or {})), [event], Origin({}, "test", "1"), status)
    normalise(draft)
    return finish(draft, how)


def everything(span: Span) -> str:
    return repr(span)


def test_masked_keeps_texts_without_personal_data() -> None:
    span = kept(privacy())

    assert "I am [redacted:email]" in span.input
    assert "the note" in everything(span)


def test_full_keeps_personal_data_and_no_secret() -> None:
    span = kept(privacy("full"), {"app.key": SECRET})

    assert "I am ann@example.com" in span.input
    assert span.user_id == "ann@example.com"
    assert SECRET not in everything(span)
    assert span.redactions == {"api_key": 1}


def test_metadata_keeps_no_text_and_tells_how_much_went() -> None:
    span = kept(privacy("metadata"))

    for text in ("I am", "Hello", "the note", "said in an event"):
        assert text not in everything(span)
    assert (span.input_tokens, span.request_model, span.name) == (1000, "gpt-4o", "call")
    assert span.attributes["app.size"] == "7"
    assert json.loads(span.events) == [
        {"name": "note", "time_ns": START_NS, "attributes": {"size": 3}}
    ]
    assert any(note.startswith("input:") for note in span.truncated)
    assert json.loads(span.parameters) == {"temperature": 0.5}


@pytest.mark.parametrize(("status", "is_kept"), [(2, True), (1, False), (0, False)])
def test_errors_keeps_the_texts_of_what_failed(*, status: int, is_kept: bool) -> None:
    span = kept(privacy("errors"), status=status)

    assert ("I am [redacted:email]" in span.input) is is_kept
    assert ("the note" in everything(span)) is is_kept


@pytest.mark.parametrize(
    ("capture", "severity", "is_kept"),
    [("masked", 9, True), ("metadata", 17, False), ("errors", 17, True), ("errors", 9, False)],
)
def test_logs_keep_their_bodies_as_spans_their_texts(
    *, capture: CaptureMode, severity: int, is_kept: bool
) -> None:
    record = LogRecord(project="p", time_ns=START_NS, severity=severity)
    draft = LogDraft(record, START_NS, "the body", {"a": "text", "n": 1}, Origin({}, "", ""))

    log = finish_log(draft, privacy(capture))

    assert ("the body" in log.body) is is_kept
    assert log.attributes == ({"a": '"text"', "n": "1"} if is_kept else {"n": "1"})


def test_a_score_keeps_its_value_and_loses_its_free_words() -> None:
    def score(**fields: Any) -> Score:
        return Score(project="p", score_id="s", name="quality", comment="he said so", **fields)

    number = finish_score(score(value=0.5), privacy("metadata"))
    words = finish_score(score(type="text", text="long words"), privacy("metadata"))

    assert (number.value, number.comment, words.text) == (0.5, "", "")


def test_an_id_with_personal_data_becomes_a_hash_or_a_mark() -> None:
    hashed, marked = kept(privacy()), kept(privacy(hash_ids=False))

    assert hashed.user_id == pseudonym("ann@example.com", KEY)
    assert hashed.user_id in spellings("ann@example.com", KEY)
    assert marked.user_id == "[redacted:email]"
    assert kept(privacy(), {"user.id": "user-17"}).user_id == "user-17"
