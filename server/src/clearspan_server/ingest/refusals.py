"""Inserting rows of which the engine may refuse some: halves, until the one row is found."""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from clearspan_server.store.engine import Engine

# Codes of the engine that speak of its own state, never of a row.
_OF_THE_ENGINE = frozenset(
    (
        *(3, 173, 241, 439, 1001),  # memory, threads, something unexpected
        *(74, 75, 76, 243, 499),  # files, disk, object storage
        *(159, 160, 202, 236, 394),  # time, too many queries, cancelled
        *(
            16,
            47,
            60,
            81,
            115,
        ),  # a table, column or setting that is not there: its schema, not a row
        *(164, 242, 252),  # read-only, too many parts
        *(198, 209, 210, 279, 319, 425, 516, 668, 999),  # connections, replicas, access
    )
)
_CODE = re.compile(r"\b[Cc]ode:? (\d+)")
# So many rows and none taken: perhaps it is not the rows.
_DOUBT_FROM = 16


def is_refusal(error: DatabaseError) -> bool:
    """Whether the engine says that it cannot take what it was given."""
    if isinstance(error, OperationalError):
        return False
    code = _CODE.search(str(error))
    return code is not None and int(code[1]) not in _OF_THE_ENGINE


@dataclass(slots=True)
class Insertion:
    """Inserts of one table's rows; `refused` are the places of rows that the engine does not take, with the reason."""

    engine: Engine
    table: str
    token: str
    is_well: Callable[[], bool]  # whether the engine takes a row of this table that it took before
    refused: dict[int, str] = field(default_factory=dict)
    stored: int = 0

    def insert(self, rows: pa.Table) -> None:
        """Insert all that can be inserted, larger pieces first: good rows show early that it is not the engine.

        Raises:
            DatabaseError: the engine is in trouble, or refuses also what it took before: then nothing is said of
                the rows.
        """
        pieces = deque([(0, rows.num_rows)])
        while pieces:
            first, last = pieces.popleft()
            try:
                piece = rows.slice(first, last - first)
                self.engine.insert(self.table, piece, token=f"{self.token}:{first}-{last}")
                self.stored += last - first
            except DatabaseError as error:
                if not is_refusal(error):
                    raise
                self.engine.query("select 1")
                if last - first > 1:
                    middle = (first + last) // 2
                    pieces += [(first, middle), (middle, last)]
                    continue
                self.refused[first] = _reason(error)
                if len(self.refused) == rows.num_rows >= _DOUBT_FROM and not self.is_well():
                    raise


def _reason(error: DatabaseError) -> str:
    """The engine's first line, without the row's values that may follow it."""
    return str(error).strip().splitlines()[0][:300]
