"""Entity tags of traces: what has not changed is not sent again."""

import time
import uuid

import pyarrow as pa
import pytest

from clearspan_server.model.score import Score
from clearspan_server.store import score_columns
from reading import SECOND_NS, Reader, span, trace_id

PATH = f"/traces/{trace_id(1)}"


@pytest.fixture
def finished(reader: Reader) -> Reader:
    """A project with a trace of two spans that ended long ago."""
    quiet_ns = time.time_ns() - 900 * SECOND_NS
    reader.store(*(span(1, number, received_ns=quiet_ns, version=10 * number) for number in (1, 2)))
    return reader


def tag_of(reader: Reader) -> str:
    return str(reader.answer(PATH).headers["etag"])


def test_a_finished_trace_is_not_sent_to_who_has_it(finished: Reader) -> None:
    first = finished.answer(PATH)

    again = finished.answer(PATH, {"if-none-match": first.headers["etag"]})
    among = finished.answer(PATH, {"if-none-match": f'"x", W/{first.headers["etag"]}'})

    assert (first.status_code, again.status_code, among.status_code) == (200, 304, 304)
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(("number", "version"), [(1, 11), (2, 21), (3, 1)])
def test_a_span_that_comes_or_changes_gives_another_tag(
    finished: Reader, number: int, version: int
) -> None:
    tag = tag_of(finished)
    quiet_ns = time.time_ns() - 900 * SECOND_NS

    finished.store(span(1, number, received_ns=quiet_ns, version=version))

    answer = finished.answer(PATH, {"if-none-match": tag})
    assert answer.status_code == 200
    assert answer.headers["etag"] != tag


def test_a_judgement_that_comes_changes_or_goes_gives_another_tag(finished: Reader) -> None:
    tags = [tag_of(finished)]

    for version, is_deleted in ((1, 0), (2, 0), (3, 1)):
        score = Score(
            project=finished.project,
            score_id="one",
            trace_id="" if is_deleted else trace_id(1),
            name="helpful",
            value=1.0,
            version=version,
            is_deleted=is_deleted,
        )
        rows = pa.Table.from_batches([score_columns.to_batch([score])])
        finished.engine.insert("scores", rows, token=uuid.uuid4().hex)
        tags.append(tag_of(finished))

    assert len(set(tags[:3])) == 3
    assert tags[3] == tags[0]


def test_a_trace_that_goes_on_has_no_tag(reader: Reader) -> None:
    reader.store(span(1, received_ns=time.time_ns()))

    answer = reader.answer(PATH)

    assert "etag" not in answer.headers


def test_a_tag_opens_no_trace_of_another_project(finished: Reader) -> None:
    tag = tag_of(finished)

    with Reader(finished.engine) as other:
        answers = [
            other.answer(PATH, {"if-none-match": known}).status_code
            for known in (tag, tag.rpartition("-")[0] + '-0"')
        ]

    assert answers == [404, 404]
