"""Inserting rows of which the engine may refuse some: halves, until the one row is found."""

import re
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
        *(164, 242, 252),  # read-only, too many parts
        *(198, 209, 210, 279, 319, 425, 516, 668, 999),  # connections, replicas, access
    )
)
_CODE = re.compile(r"\b[Cc]ode:? (\d+)")
# So many rows refused and none taken: it is not the rows.
_GIVE_UP_AFTER = 16


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
    refused: dict[int, str] = field(default_factory=dict)
    stored: int = 0

    def insert(self, rows: pa.Table, first: int = 0) -> None:
        """Insert all that can be inserted; `first` is the place of the first row.

        Raises:
            DatabaseError: the engine is in trouble, or refuses everything: then nothing is said of the rows.
        """
        last = first + rows.num_rows
        try:
            self.engine.insert(self.table, rows, token=f"{self.token}:{first}-{last}")
            self.stored += rows.num_rows
        except DatabaseError as error:
            if not is_refusal(error):
                raise
            self.engine.query("select 1")
            if rows.num_rows == 1:
                self._refuse(first, error)
                return
            middle = rows.num_rows // 2
            self.insert(rows.slice(0, middle), first)
            self.insert(rows.slice(middle), first + middle)

    def _refuse(self, place: int, error: DatabaseError) -> None:
        self.refused[place] = _reason(error)
        if not self.stored and len(self.refused) >= _GIVE_UP_AFTER:
            raise error


def _reason(error: DatabaseError) -> str:
    """The engine's first line, without the row's values that may follow it."""
    return str(error).strip().splitlines()[0][:300]
