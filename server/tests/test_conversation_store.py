"""Conversations in the catalog: what no database takes, how much there may be, and how much is read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from clearspan_server.errors import BadInput
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.conversation_tables import MAX_BYTES, close_gaps
from clearspan_server.store.conversations import (
    Asked,
    Attachment,
    Change,
    Context,
    Conversations,
    Draft,
    Message,
)

HALF, MARK = "\ud83d", "\ufffd"
DRAFT = Draft("", "", "simulated", "gpt-4o", {}, Context())
QUESTION = Message("", "", "user", "Where?", datetime.now(UTC))
ANSWER = replace(QUESTION, role="assistant", text="")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    made = Catalog(tmp_path / "catalog.db")
    made.ensure_project("p")
    yield made
    made.close()


@pytest.fixture
def kept(catalog: Catalog) -> Conversations:
    return Conversations(catalog.database)


def said(kept: Conversations, conversation: str, turns: int) -> list[str]:
    """Questions and answers, one below the other; their ids."""
    ids, parent = [], ""
    for _ in range(turns):
        asked = replace(QUESTION, parent=parent)
        question, begun = kept.ask("p", conversation, asked, ANSWER)
        kept.save("p", replace(begun, text="There.", status="ok"))
        parent = begun.id
        ids += [question.id, begun.id]
    return ids


def test_half_a_character_is_kept_as_a_mark(kept: Conversations) -> None:
    draft = replace(DRAFT, system=HALF, parameters={"stop": HALF, HALF: [HALF]})
    conversation = kept.create("p", draft, HALF).head.id
    beside = (Attachment("text", HALF, text=HALF),)
    asked = replace(QUESTION, text=HALF, attachments=beside)

    question, begun = kept.ask("p", conversation, asked, ANSWER)
    is_kept = kept.save("p", replace(begun, text=HALF, reasoning=HALF, error=HALF, status="error"))
    kept.change("p", conversation, Change.of({"title": HALF}, {"stop": HALF}))

    found = kept.find("p", conversation)
    assert found is not None
    assert (is_kept, found.messages[0]) == (True, question)
    assert (question.text, question.attachments[0].name) == (MARK, MARK)
    answer = found.messages[1]
    assert (answer.text, answer.reasoning, answer.error) == (MARK, MARK, MARK)
    assert (found.system, found.head.title, found.parameters) == (MARK, MARK, {"stop": MARK})


def test_no_more_is_kept_than_whoever_reads_it_can_hold(kept: Conversations) -> None:
    conversation = kept.create("p", DRAFT, "ann").head.id
    beside = (Attachment("text", "notes", text="ä" * (MAX_BYTES // 4)),)
    large = replace(QUESTION, attachments=beside)
    question, _ = kept.ask("p", conversation, large, ANSWER)

    with pytest.raises(BadInput, match="begin another one"):
        kept.ask("p", conversation, large, ANSWER)

    assert kept.answer("p", conversation, replace(ANSWER, parent=question.id)).status == "answering"
    assert kept.list("p", Asked())[0].count == 3


def test_no_statement_reads_the_messages_of_other_conversations(
    catalog: Catalog, kept: Conversations
) -> None:
    conversation = kept.create("p", DRAFT, "ann").head.id
    [question, answer] = said(kept, conversation, 1)
    plans: list[str] = []

    def explain(
        connection: sa.Connection, _cursor: object, asked: str, values: object, *_: object
    ) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        for *_, plan in driver.execute(f"explain query plan {asked}", values):
            plans.append(f"{plan} of {asked}")

    sa.event.listen(catalog.database, "before_cursor_execute", explain)
    kept.list("p", Asked("where"))
    said(kept, conversation, 1)
    kept.answer("p", conversation, replace(ANSWER, parent=question))
    kept.change("p", conversation, Change.of({"leaf": answer}))
    kept.message("p", conversation, answer)
    kept.traces("p", conversation)
    with catalog.database.begin() as connection:
        close_gaps(connection, "p", {question})
    kept.delete("p", conversation)

    assert len([plan for plan in plans if "messages" in plan]) > 10
    assert [plan for plan in plans if plan.startswith("SCAN messages")] == []


def test_of_messages_that_go_only_those_below_are_written(
    catalog: Catalog, kept: Conversations
) -> None:
    conversation = kept.create("p", DRAFT, "ann").head.id
    ids = said(kept, conversation, 20)
    written: list[str] = []

    def note(_connection: object, _cursor: object, asked: str, *_: object) -> None:
        if asked.startswith("UPDATE"):
            written.append(asked)

    sa.event.listen(catalog.database, "before_cursor_execute", note)
    with catalog.database.begin() as connection:
        close_gaps(connection, "p", {*ids[2:38], ids[39]})

    found = kept.find("p", conversation)
    assert found is not None
    assert len(written) == 2  # the parent of the last question, and what was shown last
    assert (found.messages[38].parent, found.leaf) == (ids[1], ids[38])


def test_words_are_found_in_any_case_in_what_was_saved_last(kept: Conversations) -> None:
    conversation = kept.create("p", DRAFT, "ann").head.id
    _, begun = kept.ask("p", conversation, QUESTION, ANSWER)
    kept.save("p", replace(begun, text="In der", status="answering"))
    kept.save("p", replace(begun, text="In der STRASSE", status="ok"))

    found = [kept.list("p", Asked(words)) for words in ("straße", "WHERE", "there")]

    assert [len(one) for one in found] == [1, 1, 0]
