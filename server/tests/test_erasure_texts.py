"""Erasure by text: every column that can hold one is searched, for every way in which a text may be written."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from unicodedata import normalize
from urllib.parse import quote, quote_plus

import pytest
import sqlalchemy as sa

from clearspan_server.jobs.erasure import sought
from clearspan_server.model.removal import Subject, SubjectKind
from clearspan_server.store.conversation_tables import CONVERSATIONS
from clearspan_server.store.conversations import Change, Context, Draft, Message
from clearspan_server.store.curated import KINDS
from clearspan_server.store.datasets import DATASETS, EXPERIMENTS, ITEMS
from clearspan_server.store.doomed import Doomed
from clearspan_server.store.engine import Engine
from clearspan_server.store.media import Medium, Use
from clearspan_server.store.prompts import LABELS, PROMPTS, VERSIONS
from clearspan_server.store.statements import statement
from reading import span, trace_id
from removal_bench import Bench

SCHEMA = "clearspan_server.store.schema"
NAME = 'René "Zaphod" Ünal'
# What no sender chooses the words of: ids in hex, our own words and numbers by our own words.
OUR_WORDS = {
    *("project", "span_id", "parent_id", "kind", "status", "error_class", "usage_source"),
    *("price_version", "cost_by_class", "attributes_number", "dialect", "redactions", "filled"),
    *("type", "temporality", "bounds", "bucket_counts", "source"),
    *("score_id", "trace_id"),
}
# Columns of the catalog that a text is not looked for in: what they hold instead, or who deletes the row.
LEFT_ALONE = {
    "ids, hashes and words of ours": {
        *("datasets.id", "dataset_items.dataset_id", "dataset_items.status", "experiments.id"),
        *("experiments.dataset_id", "experiment_items.id", "experiment_items.experiment_id"),
        *(
            "prompt_versions.kind",
            "views.id",
            "views.page",
            "dashboards.id",
            "scrape_targets.id",
            "comments.id",
        ),
        *("comments.trace_id", "bookmarks.trace_id", "media.id", "media.sha256", "media.blob"),
        *("media_uses.media_id", "media_uses.trace_id", "media_uses.span_id"),
        *("shares.id", "shares.secret_hash", "shares.trace_id", "alembic_version.version_num"),
    },
    "ids and words of ours, in conversations": {
        *("conversations.id", "conversations.context", "conversations.leaf", "messages.id"),
        *("messages.conversation_id", "messages.parent", "messages.role", "messages.status"),
        "messages.trace_id",
    },
    "says what the text of its row says, and goes with it": {"messages.folded"},
    "goes with the versions of the prompt": {"prompts.name", "prompt_labels.name"},
    "names it because somebody wants it to": {
        *("privacy_changes.settings", "retention.rules", "retention.thinning"),
    },
    "of admins and of the install, not of a project's senders": {
        *("projects.id", "projects.label", "api_keys.id", "api_keys.secret_hash", "api_keys.name"),
        *("api_keys.models", "api_keys.providers", "providers.name", "providers.title"),
        *("providers.form", "providers.base_url", "providers.sealed_key", "providers.models"),
        "providers.changed_by",
        *("api_keys.environment", "api_keys.scopes", "api_keys.old_hash", "prices.id"),
        *("prices.provider", "prices.model", "prices.since", "prices.prices"),
        *("privacy_changes.changed_by", "accounts.id", "accounts.name", "accounts.password_hash"),
        *("accounts.role", "browser_sessions.id", "browser_sessions.secret_hash"),
        *("browser_sessions.account", "browser_sessions.agent", "browser_sessions.address"),
    },
}
BESIDE = {"comments.text", "comments.author", "media.content_type", "media_uses.field"}


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


def test_every_column_of_the_catalog_is_searched_or_left_alone_for_a_reason(bench: Bench) -> None:
    look = sa.inspect(bench.catalog.database)
    texts = {
        f"{table}.{column['name']}"
        for table in look.get_table_names()
        for column in look.get_columns(table)
        if isinstance(column["type"], sa.String) and column["name"] != "project"
    }

    searched = [
        f"{kind.table.name}.{name}" for kind in KINDS for name in (*kind.goes, *kind.emptied)
    ]
    left_alone = [name for names in LEFT_ALONE.values() for name in names]

    assert sorted([*searched, *BESIDE, *left_alone]) == sorted(texts)


def row_of(bench: Bench, table: sa.Table, number: int) -> dict[str, object]:
    """A row without the text, which stands for itself but for what it belongs to."""
    known: dict[str, object] = {"project": bench.project}
    known |= {"dataset_id": "dataset", "experiment_id": "experiment", "item_id": "item"}
    known |= {"conversation_id": "conversation"}
    values = {sa.Integer: 1, sa.DateTime: datetime.now(UTC), sa.Boolean: True}
    return {
        column.name: known.get(column.name, values.get(type(column.type), f"n{number}"))
        for column in table.columns
    }


def insert(bench: Bench, table: sa.Table, row: dict[str, object]) -> None:
    with bench.catalog.database.begin() as connection:
        connection.execute(table.insert(), row)


def rows(bench: Bench, table: sa.Table) -> list[dict[str, object]]:
    with bench.catalog.database.connect() as connection:
        found = connection.execute(sa.select(table).where(table.c.project == bench.project))
        return [dict(row) for row in found.mappings()]


def test_a_text_in_any_column_of_the_catalog_goes_and_rows_without_it_stay(bench: Bench) -> None:
    for table, row_id in (
        (DATASETS, "dataset"),
        (EXPERIMENTS, "experiment"),
        (ITEMS, "item"),
        (CONVERSATIONS, "conversation"),
    ):
        insert(bench, table, row_of(bench, table, 0) | {"id": row_id})
    columns = [(kind, name) for kind in KINDS for name in (*kind.goes, *kind.emptied)]
    for number, (kind, name) in enumerate(columns, 1):
        for clean, said in ((number, {name: f"of {NAME}"}), (number + 1_000, {})):
            row = row_of(bench, kind.table, clean) | said
            insert(bench, kind.table, row)
            if kind.table in (PROMPTS, LABELS):
                insert(bench, VERSIONS, row_of(bench, VERSIONS, clean))
    before = {kind.table.name: len(rows(bench, kind.table)) for kind in KINDS}

    with bench.working():
        found = bench.done(bench.erasure(NAME, "text"))

    left = {kind.table.name: rows(bench, kind.table) for kind in KINDS}
    for kind in KINDS:
        here = left[kind.table.name]
        assert len(here) == before[kind.table.name] - len(kind.goes), kind.noun
        assert found.findings.counts[kind.noun] == len(kind.goes) + len(kind.emptied)
    assert NAME not in str(left)
    files = bench.folder.glob("catalog.db*")
    assert b"Zaphod" not in b"".join(path.read_bytes() for path in files)


def test_a_file_and_a_score_that_name_somebody_only_in_passing_go(bench: Bench) -> None:
    media = bench.means.media
    for media_id, of_type, at in (
        ("typed", f"text/plain; name={NAME}", "input"),
        ("placed", "text/plain", f"in {NAME}"),
        ("other", "text/plain", "input"),
    ):
        medium = Medium(media_id, "", of_type, 4, "", None)
        media.announce(bench.project, medium, Use(trace_id(1), "", at))
    names = ["project", "score_id", "experiment_id", "version"]
    judged = [[bench.project, "hers", f"run of {NAME}", 1], [bench.project, "his", "run", 1]]
    bench.engine.insert_rows("scores", names, judged)

    with bench.working():
        found = bench.done(bench.erasure(NAME, "text"))

    asked = "select score_id from scores where project = {p:String}"
    left = [row["score_id"] for row in bench.engine.query(asked, {"p": bench.project})]
    assert (found.findings.counts["media"], found.findings.counts["scores"]) == (2, 1)
    assert left == ["his"]
    assert media.find(bench.project, "typed") is media.find(bench.project, "placed") is None
    assert media.find(bench.project, "other") is not None


def test_parameters_are_searched_in_any_case_with_letters_beyond_ascii(bench: Bench) -> None:
    kept = bench.means.conversations
    draft = Draft("", "", "simulated", "gpt-4o", {"user": "JÜRGEN"}, Context())
    conversation = kept.create(bench.project, draft, "ann").head.id
    changed = kept.create(bench.project, replace(draft, parameters={}), "ann").head.id
    kept.change(bench.project, changed, Change.of({}, {"user": "JÜRGEN"}))

    with bench.working():
        found = bench.done(bench.erasure("Jürgen", "text"))

    left = [kept.find(bench.project, one) for one in (conversation, changed)]
    assert [one.parameters for one in left if one] == [{}, {}]
    assert found.findings.counts["conversations"] == 2


def test_the_receipt_of_a_conversation_counts_messages_of_which_no_trace_is_left(
    bench: Bench,
) -> None:
    kept = bench.means.conversations
    draft = Draft("", "", "simulated", "gpt-4o", {}, Context())
    conversation = kept.create(bench.project, draft, "ann").head.id
    told = Message("", "", "user", "Where?", datetime.now(UTC))
    kept.ask(bench.project, conversation, told, replace(told, role="assistant"))

    with bench.working():
        found = bench.done(bench.erasure(conversation, "session"))

    counts = found.findings.counts
    assert (counts["conversations"], counts["messages"]) == (1, 2)


@pytest.mark.parametrize("by", ["session", "user", "trace", "text"])
def test_an_erasure_reaches_what_was_said_to_models(bench: Bench, by: SubjectKind) -> None:
    kept = bench.means.conversations
    draft = Draft("", "", "simulated", "gpt-4o", {}, Context())
    other = kept.create(bench.project, draft, "Trillian").head.id
    conversation = kept.create(bench.project, draft, "Zaphod").head.id
    told = Message("", "", "user", f"Where is {NAME}?", datetime.now(UTC))
    answers = []
    for number in (1, 2):
        answer = replace(told, role="assistant", text="", trace_id=trace_id(number))
        _, begun = kept.ask(bench.project, conversation, told, answer)
        said = f"answer {number}"
        kept.save(bench.project, replace(begun, text=said, status="ok"))
        bench.store(span(number, session_id=conversation, user_id="Zaphod", output=f'"{said}"'))
        told = replace(told, parent=begun.id, text="And where is Trillian?")
        answers.append(begun.id)
    value = {"session": conversation, "user": "Zaphod", "trace": trace_id(1), "text": NAME}[by]

    with bench.working():
        found = bench.done(bench.erasure(value, by))

    left = kept.find(bench.project, conversation)
    assert kept.find(bench.project, other) is not None
    if by in ("session", "user"):
        assert left is None
        counts = found.findings.counts
        assert (counts["conversations"], counts["messages"]) == (1, 4)
        return
    assert left is not None
    assert (left.head.title, NAME in str(left)) == ("", False)
    first = ["answer 1"] if by == "text" else []
    assert [one.text for one in left.messages] == [*first, "And where is Trillian?", "answer 2"]
    assert left.messages[0].parent == ""
    assert left.leaf == answers[1]
