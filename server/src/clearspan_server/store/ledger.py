"""The ledger: receipts of requests as rows of `deliveries`."""

import time
from collections.abc import Mapping
from dataclasses import fields

import orjson
import pyarrow as pa

from clearspan_server.model.delivery import Delivery

DELIVERIES = "deliveries"

_TYPES = {
    "seq": pa.uint64(),
    "size_bytes": pa.uint64(),
    "client_seq": pa.uint64(),
    "client_sent": pa.uint64(),
    "client_dropped": pa.uint64(),
    "received": pa.uint32(),
    "accepted": pa.uint32(),
    "duplicates": pa.uint32(),
    "quarantined": pa.uint32(),
    "rejected": pa.map_(pa.string(), pa.uint32()),
}


def _type(name: str) -> pa.DataType:
    if name in _TYPES:
        return _TYPES[name]
    return pa.int64() if name.endswith("_ns") else pa.string()


_NAMES = ("seq", "stored_ns", *(field.name for field in fields(Delivery)))
SCHEMA = pa.schema([(name, _type(name)) for name in _NAMES])


def deliveries(
    receipts: Mapping[int, str], duplicates: Mapping[int, int], quarantined: Mapping[int, int]
) -> pa.Table:
    """One row a receipt (JSON of a `Delivery`), by the sequence number of its entry, as its records are stored."""
    stored_ns = time.time_ns()
    rows = []
    for seq, receipt in receipts.items():
        row = {"seq": seq, "stored_ns": stored_ns, **orjson.loads(receipt)}
        row["rejected"] = list(row["rejected"].items())
        row["duplicates"] = duplicates.get(seq, 0)
        row["quarantined"] = quarantined.get(seq, 0)
        rows.append(row)
    return pa.Table.from_pylist(rows, SCHEMA)
