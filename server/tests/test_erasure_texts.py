"""Erasure by text: every column that can hold one is searched, for every way in which a text may be written."""

import json
import re
import uuid
from collections.abc import Iterator
from unicodedata import normalize
from urllib.parse import quote, quote_plus

import pytest

from clearspan_server.jobs.erasure import sought
from clearspan_server.model.removal import Subject
from clearspan_server.store.doomed import Doomed
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement
from reading import span, trace_id
from removal_bench import Bench

SCHEMA = "clearspan_server.store.schema"
NAME = 'René "Zaphod" Ünal'
# What no sender chooses the words of: ids in hex, our own words and numbers by our own words.
OUR_WORDS = {
    *("project", "span_id", "parent_id", "kind", "status", "error_class", "usage_source"),
    *("price_version", "cost_by_class", "attributes_number", "dialect", "redactions", "filled"),
    *("type", "temporality", "bounds", "bucket_counts", "source", "experiment_id"),
    *("score_id", "trace_id"),
}


@pytest.mark.parametrize(
    ("table", "search"),
    [
        ("spans", "doomed_by_text"),
        ("logs", "doomed_logs"),
        ("metrics", "doomed_metrics"),
        ("scores", "doomed_scores"),
    ],
)
def test_every_column_with_words_of_a_sender_is_searched(
    engine: Engine, table: str, search: str
) -> None:
    asked = (
        "select name from system.columns where database = currentDatabase() and table = {t:String}"
        # What is computed from others has no words of its own.
        " and type like '%String%' and default_kind not in ('MATERIALIZED', 'ALIAS')"
    )
    words = {row["name"] for row in engine.query(asked, {"t": table})} - OUR_WORDS

    searched = statement(SCHEMA, search)

    assert words
    assert {name for name in words if not re.search(rf"\b{name}\b", searched)} == set()


def ways(name: str) -> Iterator[str]:
    """The name as programs write it into texts."""
    yield f"by {name} himself"
    yield f"by {name.upper()} himself"
    for escaped in (True, False):
        once = json.dumps({"by": name}, ensure_ascii=escaped)
        yield once
        yield json.dumps({"held": once}, ensure_ascii=escaped)
    yield "https://example.com/?q=" + quote(name)
    yield "https://example.com/?q=" + quote_plus(name)
    yield f"by {normalize('NFD', name)}"


@pytest.fixture
def bench(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(engine, tmp_path_factory.mktemp(uuid.uuid4().hex))
    yield made
    made.close()


def test_a_text_is_found_however_it_is_written(bench: Bench) -> None:
    texts = list(ways(NAME))
    bench.store(
        *(span(number + 1, input=text) for number, text in enumerate(texts)),
        span(90, input=json.dumps("Rene Zaphod Unal")),
    )
    doomed = Doomed(bench.engine, bench.project)

    doomed.seek(sought(bench.project, Subject("text", NAME), b"key"))

    missed = [
        text for number, text in enumerate(texts) if trace_id(number + 1) not in doomed.trace_ids()
    ]
    assert missed == []
    assert trace_id(90) not in doomed.trace_ids()
