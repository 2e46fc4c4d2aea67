"""Which libraries sent spans to a project, and in which versions."""

import time

from clearspan_server.query import SQL
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

DAYS = 7
_LIMIT = 50
_STATEMENT = statement(SQL, "sdk_versions")
_DAY_NS = 86_400 * 10**9


def sdk_versions(engine: Engine, project: str) -> list[Row]:
    """At most 50 of library, language and library_version, with their root spans and the newest's `last_ns`."""
    from_ns = time.time_ns() - DAYS * _DAY_NS
    values = {"project": project, "from_ns": from_ns, "limit": _LIMIT}
    return engine.query(_STATEMENT, values)
