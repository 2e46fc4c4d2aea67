"""The shapes of settings: what the data folder holds, and versions."""

from clearspan_server.api.shapes import Shape


class StoredTable(Shape):
    """A table of the engine: rows as they are on disk, older versions of them included, and compressed bytes."""

    name: str
    rows: int
    bytes: int


class Storage(Shape):
    """What the data folder holds. Below `min_free_bytes` of free disk senders are told to wait."""

    folder: str
    disk_free_bytes: int
    disk_total_bytes: int
    min_free_bytes: int
    tables: list[StoredTable]
    engine_bytes: int
    journal_entries: int
    journal_bytes: int
    catalog_bytes: int
    quarantine_rows: int
    quarantine_bytes: int


class SenderVersion(Shape):
    """A library that sent spans to the project in the last days, as its resource says."""

    name: str
    language: str
    version: str
    spans: int
    last_seen: str


class Versions(Shape):
    """What this server is made of, and who sends to the project."""

    server: str
    engine: str
    schema_migration: int
    catalog_revision: str
    price_list: str
    normaliser: int
    senders: list[SenderVersion]
    senders_days: int
