"""The engine as the SQL console uses it: clients of its own that only read, two questions at once, bounds on each."""

import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError

from clearspan_server.errors import BadSql, SqlLimit, TooBusy, Unavailable
from clearspan_server.store.engine import open_client

MAX_AT_ONCE = 2
MAX_SECONDS = 10
MAX_ROWS = 10_000
MAX_BYTES = 16 * 1024 * 1024  # of an answer, as JSON
_MAX_MEMORY_BYTES = 512 * 1024 * 1024
_MAX_READ_ROWS = 100_000_000

_ONLY_READS = {"readonly": 2}  # and not 1: the limits are settings of each statement
_TOO_SLOW, _TOO_MUCH_MEMORY, _CANCELLED = 159, 241, 394
_TOO_MANY = (158, 307, 396)
# Numbers that a browser would round are texts.
_LIMITS = {
    "timeout_overflow_mode": "throw",
    "max_memory_usage": _MAX_MEMORY_BYTES,
    "max_rows_to_read": _MAX_READ_ROWS,
    "read_overflow_mode": "throw",
    "max_result_bytes": 4 * MAX_BYTES,
    "result_overflow_mode": "throw",
    "max_threads": 2,
    "limit": MAX_ROWS + 1,
    "union_default_mode": "DISTINCT",
    # The project's rule is asked first and alone: a condition of the user's that fails on a value would tell of rows of
    # other projects which lie beside the project's own, if it were asked together with it.
    "optimize_move_to_prewhere": 0,
    "query_plan_merge_filters": 0,
    "output_format_json_quote_64bit_integers": 1,
    "output_format_json_quote_decimals": 1,
    "output_format_json_quote_denormals": 1,
    "output_format_json_named_tuples_as_objects": 0,
}


@dataclass(slots=True, frozen=True)
class Ticket:
    """A question that is being answered: `name` is what it can be stopped by."""

    name: str


class Console:
    """At most two clients on one engine; thread-safe."""

    def __init__(self, target: str | Path, *, max_seconds: int = MAX_SECONDS) -> None:
        self._target = target
        self._limits = _LIMITS | {"max_execution_time": max_seconds}
        self._idle: list[Client] = []
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(MAX_AT_ONCE)
        self._closed = False

    def begin(self) -> Ticket:
        """A place among the questions that are answered at once; to be given back by `end`.

        Raises:
            TooBusy: two are being answered.
        """
        if not self._slots.acquire(blocking=False):
            raise TooBusy(f"{MAX_AT_ONCE} queries are running; try again when one is done")
        return Ticket(f"console-{secrets.token_hex(16)}")

    def end(self) -> None:
        """Give a place back."""
        self._slots.release()

    def run(self, ticket: Ticket, statement: str, filters: Mapping[str, str]) -> bytes:
        """The answer to a select, in the engine's format JSONCompact; `filters` hold for every read of a table.

        Raises:
            SqlLimit: it takes too long, or reads, holds or gives too much; or it was stopped.
            BadSql: the engine cannot make sense of it.
            Unavailable: the engine does not answer.
        """
        limits = ", ".join(f"{name} = {_quoted(value)}" for name, value in self._limits.items())
        kept = ", ".join(f"{_quoted(table)}: {_quoted(rule)}" for table, rule in filters.items())
        text = f"{statement}\nsettings {limits}, log_comment = {_quoted(ticket.name)}"
        text = f"{text}, additional_table_filters = {{{kept}}}"
        client = self._take()
        try:
            answer = client.raw_query(text, fmt="JSONCompact")
        except BaseException as error:
            # An embedded client that fails in the middle keeps what it had written, and gives it as the beginning of
            # its next answer, which may be somebody else's.
            client.close()
            if isinstance(error, OperationalError):
                raise Unavailable(f"the engine does not answer: {error}") from error
            if isinstance(error, ClickHouseError):
                raise self._told(error) from error
            raise
        self._give(client)
        return answer

    def stop(self, ticket: Ticket) -> None:
        """End a question at the engine, if it is still there; whoever asked has gone."""
        client = open_client(self._target)
        try:
            with suppress(ClickHouseError):  # it has ended by itself
                client.command(
                    "kill query where Settings['log_comment'] = {name:String} async",
                    parameters={"name": ticket.name},
                )
        finally:
            client.close()

    def close(self) -> None:
        """Close the clients that are idle; one that is busy is closed when it is done."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for client in idle:
            client.close()

    def _take(self) -> Client:
        with self._lock:
            if self._closed:
                raise Unavailable("the engine is closed")
            if self._idle:
                return self._idle.pop()
        return open_client(self._target, _ONLY_READS)

    def _give(self, client: Client) -> None:
        with self._lock:
            keep = not self._closed
            if keep:
                self._idle.append(client)
        if not keep:
            client.close()

    def _told(self, error: ClickHouseError) -> Exception:
        """The engine's refusal in words of ours: without its code, its version, and the statement that it was sent."""
        code = getattr(error, "code", None)
        if code == _TOO_SLOW:
            return SqlLimit(
                f"the query took over {self._limits['max_execution_time']} s: narrow it, best by start_minute"
            )
        if code == _TOO_MUCH_MEMORY:
            size = _MAX_MEMORY_BYTES // 1024 // 1024
            return SqlLimit(f"the query needs over {size} MB of memory: select or group less")
        if code == _CANCELLED:
            return SqlLimit("the query was stopped")
        said = str(error).partition("DB::Exception: ")[2] or str(error)
        said = said.partition(": In scope ")[0].partition(" In scope ")[0]
        said = said.rpartition(". (")[0] or said
        if code in _TOO_MANY:
            return SqlLimit(f"the query reads or gives too much: {said[:200]}")
        return BadSql(said[:500])


def _quoted(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"
