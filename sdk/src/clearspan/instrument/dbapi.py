"""Records queries of drivers of the Python Database API (PEP 249), and of sqlite3 by itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from clearspan.instrument.patching import is_patched, patch, unpatch, when_imported
from clearspan.instrument.queries import always as _always
from clearspan.instrument.queries import query_span, recorded

GROUP = "dbapi"
# Of cursors, and beyond PEP 249 of the connections of several drivers, too.
EXECUTING = frozenset({"execute", "executemany"})
WRAPPED = "wrapped"  # the group of single connections
MAX_CLASSES = 64  # of connections and cursors, of which a program has one or two
SQLITE_METHODS = ("execute", "executemany", "executescript")
SYSTEMS = {
    "sqlite3": "sqlite",
    "psycopg": "postgresql",
    "psycopg2": "postgresql",
    "pg8000": "postgresql",
    "pymysql": "mysql",
    "MySQLdb": "mysql",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "oracledb": "oracle.db",
    "pyodbc": "other_sql",
    "duckdb": "duckdb",
}


def wrap_connection(connection: Any, *, system: str = "") -> Any:  # noqa: ANN401  # of any driver
    """``connection``, with the queries of its cursors recorded inside spans.

    What comes back behaves as the connection, but is no instance of its class.

    Args:
        connection: of any driver of PEP 249.
        system: `db.system.name`, such as `mysql`; else by the driver.

    Example:
        >>> import sqlite3
        >>> from clearspan.instrument.dbapi import wrap_connection
        >>> connection = wrap_connection(sqlite3.connect(":memory:"))
        >>> connection.cursor().execute("select 1").fetchone()
        (1,)
    """
    driver = type(connection).__module__.partition(".")[0]
    return _Connection(connection, system or SYSTEMS.get(driver, driver))


class _Proxy:
    """Everything that is not recorded goes to the object itself."""

    __slots__ = ("_own", "_system")

    recorded = EXECUTING

    def __init__(self, own: Any, system: str) -> None:  # noqa: ANN401  # of any driver
        object.__setattr__(self, "_own", own)
        object.__setattr__(self, "_system", system)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # of any driver
        found = getattr(self._own, name)
        return _method(self, name, found) if name in self.recorded else found

    def __setattr__(self, name: str, value: object) -> None:  # type: ignore[explicit-override]  # override is of Python 3.12
        setattr(self._own, name, value)

    def __enter__(self) -> Any:  # noqa: ANN401  # of any driver
        entered = self._own.__enter__()
        return self if entered is self._own else entered

    def __exit__(self, *exc_info: object) -> Any:  # noqa: ANN401  # of any driver
        return self._own.__exit__(*exc_info)


class _Connection(_Proxy):
    __slots__ = ()

    def cursor(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # of any driver
        return _Cursor(self._own.cursor(*args, **kwargs), self._system)


class _Cursor(_Proxy):
    __slots__ = ()

    recorded = EXECUTING | {"callproc"}

    def __iter__(self) -> Iterator[Any]:
        return iter(self._own)

    def __next__(self) -> Any:  # noqa: ANN401  # a row
        return next(self._own)


def _method(proxy: _Proxy, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    own = proxy._own  # noqa: SLF001  # of this module
    system = proxy._system  # noqa: SLF001  # of this module

    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # of any driver
        statement = args[0] if args else ""
        if name == "callproc" and isinstance(statement, str):
            statement = f"call {statement}"
        result = recorded(query_span(WRAPPED, system, statement), own, method, *args, **kwargs)
        if result is own:
            return proxy
        made_cursor = isinstance(proxy, _Connection) and hasattr(result, "fetchone")
        return _Cursor(result, system) if made_cursor else result

    return call


def instrument(*, always: bool = False) -> None:
    """Records the queries of connections that `sqlite3.connect` makes from now on.

    Connections and cursors are of subclasses of sqlite3's own.

    Args:
        always: also outside of any span.
    """
    (_always.add if always else _always.discard)(GROUP)
    when_imported(GROUP, "sqlite3", _sqlite3)


def uninstrument() -> None:
    """Puts the original back; open connections record nothing any more."""
    unpatch(GROUP)


def _sqlite3(module: ModuleType) -> None:
    def connected(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # a connection
            factory = kwargs.get("factory", module.Connection)
            # By position it is the sixth: nobody does that, and nothing is recorded then.
            if is_patched(GROUP) and len(args) < 6 and _is_plain(factory, module.Connection):
                kwargs["factory"] = _recorded_connection(factory, module.Cursor)
            return original(*args, **kwargs)

        return connect

    patch(GROUP, module, "connect", connected)
    patch(GROUP, module.dbapi2, "connect", connected)


def _is_plain(factory: Any, connection: Any) -> bool:  # noqa: ANN401  # classes
    """Whether a class of the program leaves queries to sqlite3; one that does not is left alone."""
    return isinstance(factory, type) and all(
        getattr(factory, name) is getattr(connection, name) for name in ("cursor", *SQLITE_METHODS)
    )


@functools.lru_cache(maxsize=MAX_CLASSES)
def _recorded_connection(kind: Any, plain_cursor: Any) -> type:  # noqa: ANN401  # classes
    def cursor(self: Any, factory: Any = plain_cursor) -> Any:  # noqa: ANN401  # of sqlite3
        is_class = isinstance(factory, type) and issubclass(factory, plain_cursor)
        return kind.cursor(self, _recorded_cursor(factory) if is_class else factory)

    # What sqlite3 documents: a new cursor does it.
    def by_cursor(name: str) -> Callable[..., Any]:
        @functools.wraps(getattr(kind, name))
        def execute(self: Any, *args: Any) -> Any:  # noqa: ANN401  # of sqlite3
            return getattr(self.cursor(), name)(*args)

        return execute

    methods: dict[str, Any] = {name: by_cursor(name) for name in SQLITE_METHODS}
    own = {**methods, "cursor": cursor, "__module__": kind.__module__}
    return type(kind.__name__, (kind,), own)


@functools.lru_cache(maxsize=MAX_CLASSES)
def _recorded_cursor(kind: Any) -> type:  # noqa: ANN401  # a class
    def method(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def execute(self: Any, sql: str, *args: Any) -> Any:  # noqa: ANN401  # of sqlite3
            span = query_span(GROUP, "sqlite", sql) if is_patched(GROUP) else None
            return recorded(span, self, original, self, sql, *args)

        return execute

    methods: dict[str, Any] = {name: method(getattr(kind, name)) for name in SQLITE_METHODS}
    return type(kind.__name__, (kind,), {**methods, "__module__": kind.__module__})
