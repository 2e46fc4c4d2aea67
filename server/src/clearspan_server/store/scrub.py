"""What was deleted from an SQLite file leaves the disk: also free pages, and what waits in the log beside it."""

import sqlite3

import sqlalchemy as sa


def scrub(file: sqlite3.Connection) -> None:
    """Write the file anew without what was deleted; nobody may be in a transaction on this connection."""
    file.execute("vacuum")
    file.execute("pragma wal_checkpoint(truncate)")


def scrub_database(database: sa.Engine) -> None:
    """The same for a database that SQLAlchemy opened."""
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum"))
        connection.execute(sa.text("pragma wal_checkpoint(truncate)"))
