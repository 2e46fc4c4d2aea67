"""The telemetry engine: ClickHouse SQL through one client, embedded in a folder or at a server's URL."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError

from clearspan_server.errors import Unavailable

Row = dict[str, Any]  # column name → value, as the driver gives it: foreign data enters here

MAX_CLIENTS = 8
_MOST_CONSTANTS = 256
# The rows of one insert may be of any number of months, which are partitions; the default stops at 100.
_ANY_MONTHS = {"max_partitions_per_insert_block": 0}
# A mutation gives each part to a queue, of twice as many places as processors by default, and rests for half a second
# when it is full: removing one trace from 150 months took 22 s, nearly all of them rest. So many times the processors.
_EMBEDDED = {"background_merges_mutations_concurrency_ratio": 16}
# Compiling what a question computes takes longer than computing it, and another window is another constant, compiled
# anew: an hour's overview took 81 ms of processor instead of 57.
_SETTINGS: dict[str, object] = {"compile_expressions": 0}


class Engine:
    """A pool of clients on one engine. Thread-safe; a client is used by one thread at a time.

    `target` is a folder (embedded engine) or an `http(s)://` URL of a server.
    """

    def __init__(self, target: str | Path, *, max_clients: int = MAX_CLIENTS) -> None:
        self.target = target
        self._idle: list[Client] = []
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(max_clients)
        self._closed = False
        self._inserts: Counter[str] = Counter()
        self._constants: OrderedDict[tuple[str, str], list[Row]] = OrderedDict()
        try:
            with self._client() as client:
                self.version = str(client.command("select version()"))
        except Unavailable as error:
            raise Unavailable(f"{target}: {error}") from error

    def query(self, statement: str, values: Mapping[str, object] | None = None) -> list[Row]:
        """The rows of a select; `values` are bound by name and type, as in `{project:String}`."""
        with self._client() as client:
            result = client.query(statement, parameters=dict(values or {}))
            names = result.column_names
            return [dict(zip(names, row, strict=True)) for row in result.result_rows]

    def constant(self, statement: str, values: Mapping[str, object]) -> list[Row]:
        """The rows of a select that reads nothing stored, so that they are the same every time: asked for once."""
        key = statement, repr(sorted(values.items()))
        with self._lock:
            if known := self._constants.get(key):
                return known
        rows = self.query(statement, values)
        with self._lock:
            self._constants[key] = rows
            if len(self._constants) > _MOST_CONSTANTS:
                self._constants.popitem(last=False)
        return rows

    def table(self, statement: str, values: Mapping[str, object] | None = None) -> pa.Table:
        """The rows of a select as Arrow: for many rows of few columns."""
        with self._client() as client:
            return client.query_arrow(statement, parameters=dict(values or {}), use_strings=True)

    def command(self, statement: str, values: Mapping[str, object] | None = None) -> None:
        """A statement without rows: schema, insert-select, delete."""
        with self._client() as client:
            client.command(statement, parameters=dict(values or {}))

    def insert(self, table: str, batch: pa.Table, *, token: str) -> None:
        """Insert an Arrow table; a second insert with the same token is dropped by the engine."""
        settings = {"insert_deduplication_token": token, "insert_deduplicate": 1, **_ANY_MONTHS}
        with self._inserting(table) as client:
            client.insert_arrow(table, batch, settings=settings)

    def insert_rows(
        self, table: str, names: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        """Insert a few rows of Python values, in the order of `names`."""
        with self._inserting(table) as client:
            client.insert(table, rows, column_names=names, settings=_ANY_MONTHS)

    def inserts(self, table: str) -> int | None:
        """How many inserts into a table have ended; None at a server, where other processes insert, too."""
        return self._inserts[table] if isinstance(self.target, Path) else None

    def close(self) -> None:
        """Close the idle clients; the engine flushes when the last one goes."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for client in idle:
            client.close()

    @contextmanager
    def _inserting(self, table: str) -> Iterator[Client]:
        try:
            with self._client() as client:
                yield client
        finally:  # one that failed may have stored something
            with self._lock:
                self._inserts[table] += 1

    @contextmanager
    def _client(self) -> Iterator[Client]:
        if self._closed:
            raise Unavailable("the engine is closed")
        with self._slots:
            with self._lock:
                client = self._idle.pop() if self._idle else None
            if client is None:
                client = open_client(self.target)
            is_clean = False
            try:
                yield client
                is_clean = True
            except OperationalError as error:
                raise Unavailable(f"the engine does not answer: {error}") from error
            finally:
                self._give_back(client, is_clean=is_clean)

    def _give_back(self, client: Client, *, is_clean: bool) -> None:
        """Keep a client for others; in place of one whose statement failed another one.

        An embedded one gives what had been written until then as the beginning of its next answer, which may be
        somebody else's. The other is there before it goes: with its last client an engine would end, and forget the
        tables of its memory.
        """
        if is_clean:
            self._keep(client)
            return
        with suppress(Unavailable):
            self._keep(open_client(self.target))
        client.close()

    def _keep(self, client: Client) -> None:
        with self._lock:
            is_kept = not self._closed
            if is_kept:
                self._idle.append(client)
        if not is_kept:
            client.close()


def open_client(target: str | Path, settings: Mapping[str, object] | None = None) -> Client:
    """A new client on a folder or on a server, with these settings for all its statements.

    Raises:
        Unavailable: the folder cannot be opened, or no server answers at the URL. It names neither: users may read it.
    """
    every = _SETTINGS | dict(settings or {})
    try:
        if isinstance(target, Path):
            return clickhouse_connect.get_client(
                interface="chdb", path=str(target), settings=every, chdb_options=_EMBEDDED
            )
        return clickhouse_connect.get_client(dsn=target, settings=every)
    except (ClickHouseError, RuntimeError, OSError) as error:
        raise Unavailable(f"the engine does not open: {error}") from error
