"""Long texts of spans by the rules of now: a cleaner form takes the place of each in which they find something."""

import threading
import uuid
from collections.abc import Iterator

import pyarrow as pa

from clearspan_server.ingest.encode import Privacy, redacted
from clearspan_server.ingest.rescan import Counts
from clearspan_server.model.long_text import LongText
from clearspan_server.model.rewrite import Stretch
from clearspan_server.query.long_texts import Text, read_range
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement
from clearspan_server.store.text_columns import to_batch

_SCHEMA = "clearspan_server.store.schema"


def rescan_texts(
    engine: Engine, privacy: Privacy, rewriting: threading.Lock, window: Stretch, *, is_dry: bool
) -> Iterator[Counts]:
    """Look through the texts of spans that start in the window, one after the other; tells what each of them held."""
    values = {"project": window.project, "from_ns": window.from_ns, "to_ns": window.to_ns}
    for row in engine.query(statement(_SCHEMA, "rescan_texts"), values):
        with rewriting:
            found = _clean(engine, privacy, window.project, row, is_dry=is_dry)
        yield found


def _clean(engine: Engine, privacy: Privacy, project: str, row: Row, *, is_dry: bool) -> Counts:
    """First the clean form; what it takes the place of goes then, also where a crash left it."""
    ids = (project, row["trace_id"], row["span_id"], row["field"])
    stored = Text(*ids, row["size_bytes"], row["hash"], row["newest"])
    whole = b"".join(read_range(engine, stored, 0, stored.size_bytes)).decode()
    [[clean]], found = redacted([[whole]], privacy.redactor)
    if is_dry:
        return found
    newest = stored.cleaned
    if found:
        newest += 1
        times = (row["time_ns"], row["received_ns"])
        made = LongText(*ids, stored.hash, clean.encode(), *times, cleaned=newest)
        pieces = pa.Table.from_batches([to_batch([made])])
        engine.insert("long_texts", pieces, token=uuid.uuid4().hex)
    if row["oldest"] < newest:
        _remove(engine, stored, newest)
    return found


def _remove(engine: Engine, text: Text, newest: int) -> None:
    """The forms of a text before the newest."""
    older = [
        f"{text.trace_id} {text.span_id} {text.hash} {number} {text.field}"
        for number in range(newest)
    ]
    engine.command("truncate table rescanned")
    engine.insert_rows("rescanned", ["stored_as"], [[one] for one in older])
    engine.command(statement(_SCHEMA, "rescan_texts_remove"), {"project": text.project})
    engine.command("truncate table rescanned")
