"""Records to the server in batches of a few megabytes: a wait where it is busy, one by one where it refuses some.

What is too large for one request is sent in parts, down to a single span.
"""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from clearspan_server.cli.client import Server
from clearspan_server.cli.moving.otlp import divided
from clearspan_server.cli.moving.progress import Progress, amount
from clearspan_server.cli.moving.records import Door, Json, Record, Report, Untaken
from clearspan_server.errors import (
    ClearspanError,
    NoServer,
    NotAllowed,
    NotAuthenticated,
    TooBusy,
    TooLarge,
    Unavailable,
)

_MOST_BYTES = 4 * 1024 * 1024
_LARGE_BYTES = 4 * _MOST_BYTES  # no batch is as large
_MOST_RECORDS = 500  # a request of scores has at most twice as many
_LONGEST_WAIT_S = 30.0
_PATIENCE_S = 600.0  # that a server may be busy without a break
_MOST_BREAKS = 3  # of the connection, under one body that is not large
_HOPELESS = (NotAuthenticated, NotAllowed, NoServer, TooBusy, Unavailable)  # nothing else is taken
_GROUPS = {"traces": "resourceSpans", "logs": "resourceLogs", "metrics": "resourceMetrics"}
_REJECTED = {
    "traces": ("rejectedSpans", "span"),
    "logs": ("rejectedLogRecords", "log record"),
    "metrics": ("rejectedDataPoints", "data point"),
}


class Sender:
    """Gathers records and sends them; `end` sends the rest."""

    def __init__(self, server: Server, report: Report, progress: Progress) -> None:
        self._server = server
        self._report = report
        self._progress = progress
        self._waiting: dict[Door, list[Record]] = {}

    def add(self, record: Record) -> None:
        """Send a record, alone or with others of its door; in parts where it is large."""
        for part in divided(record, _MOST_BYTES):
            self._add(part)

    def _add(self, record: Record) -> None:
        batch = self._waiting.setdefault(record.door, [])
        size = sum(one.size_bytes for one in batch) + record.size_bytes
        if batch and (size > _MOST_BYTES or len(batch) >= _MOST_RECORDS):
            self._send(self._waiting.pop(record.door))
            batch = self._waiting.setdefault(record.door, [])
        batch.append(record)

    def end(self) -> None:
        """Send what is left; scores last, when what they judge is there."""
        for door in sorted(self._waiting, key=lambda one: one == "scores"):
            self._send(self._waiting[door])
        self._waiting.clear()

    def _send(self, batch: Sequence[Record]) -> None:
        try:
            refused = _POSTS[batch[0].door](self._post, batch)
            is_told_apart = batch[0].door == "langfuse"
        except _HOPELESS:
            raise
        except ClearspanError as error:
            if len(batch) == 1 and isinstance(error, TooLarge):
                [record] = batch
                parts = divided(record, record.size_bytes // 2)
                if len(parts) > 1:
                    self._send_each(parts)
                    return
            refused = [Untaken(batch[0].place, error.message, *_what(batch[0]))]
            is_told_apart = False
        if refused and len(batch) > 1 and not is_told_apart:
            self._send_each(batch)
            return
        for record in batch:
            self._report.taken.update(record.counts)
        for one in refused:
            self._report.add(one)
            self._report.taken.subtract({_plural(one, batch): one.count})

    def _send_each(self, batch: Sequence[Record]) -> None:
        """Find which of them it was: what was taken already is the same again."""
        for record in batch:
            self._send([record])

    def _post(self, path: str, body: object) -> Any:  # noqa: ANN401 - foreign JSON
        """The answer; while the server is busy it is asked again, ever more slowly.

        Raises:
            TooLarge: the server says so, or breaks the connection off, as servers do before they have read all of it.
        """
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        project = urlencode({"project": self._server.project})
        due_s = time.monotonic() + _PATIENCE_S
        wait_s = 0.5
        breaks = 0
        while True:
            try:
                return self._server.post_bytes(f"{path}?{project}", data)
            except (TooBusy, Unavailable) as error:
                if time.monotonic() > due_s:
                    raise
                self._progress.insist(f"the server is busy: {error.message}; trying again")
            except NoServer as error:
                self._server.get("/healthz")  # that it is there; else this tells that it is not
                breaks += 1
                if len(data) > _LARGE_BYTES or breaks == _MOST_BREAKS:
                    why = error.__cause__ or error.message
                    broke = f"the connection broke while {amount(len(data))} were sent ({why});"
                    raise TooLarge(f"{broke} a server takes at most its max_body_bytes") from error
            time.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)


Post = Callable[[str, object], Any]


def _what(record: Record) -> tuple[int, str]:
    """How many of what a record holds."""
    noun = next(iter(record.counts), "records").removesuffix("s")
    return sum(record.counts.values()) or 1, noun


def _plural(untaken: Untaken, batch: Sequence[Record]) -> str:
    """Under which name what was not taken had been counted."""
    names = [name for record in batch for name in record.counts]
    wanted = f"{untaken.noun}s"
    return wanted if wanted in names or not names else names[0]


def _post_otlp(post: Post, batch: Sequence[Record]) -> list[Untaken]:
    door = batch[0].door
    groups = [group for record in batch for group in record.body]
    answer = post(f"/v1/{door}", {_GROUPS[door]: groups})
    partial: Json = (answer or {}).get("partialSuccess") or {}
    name, noun = _REJECTED[door]
    count = int(partial.get(name, 0))
    reason = str(partial.get("errorMessage", ""))
    return [Untaken(batch[0].place, reason, count, noun)] if count else []


def _post_langfuse(post: Post, batch: Sequence[Record]) -> list[Untaken]:
    events = [record.body for record in batch]
    answer = post("/api/public/ingestion", {"batch": events, "metadata": {}})
    by_id = {record.body["id"]: record for record in batch}
    refused = [(by_id.get(one["id"], batch[0]), one) for one in answer["errors"]]
    return [
        Untaken(
            record.place,
            str(one.get("message") or one.get("error")),
            1,
            next(iter(record.counts)).removesuffix("s"),
        )
        for record, one in refused
    ]


def _post_scores(post: Post, batch: Sequence[Record]) -> list[Untaken]:
    post("/api/v1/scores", [record.body for record in batch])
    return []


_POSTS: dict[Door, Callable[[Post, Sequence[Record]], list[Untaken]]] = {
    "traces": _post_otlp,
    "logs": _post_otlp,
    "metrics": _post_otlp,
    "langfuse": _post_langfuse,
    "scores": _post_scores,
}
