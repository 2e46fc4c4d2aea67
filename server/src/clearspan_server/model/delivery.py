"""A delivery: one request of a sender and what became of its records; the ledger's row."""

from dataclasses import dataclass, field
from typing import Literal

Signal = Literal["traces", "logs", "metrics", "scores"]

REDRIVE = "redrive"  # the protocol of what came out of the quarantine: it was received before, and counted then


@dataclass(slots=True, kw_only=True)
class Delivery:
    """What the ledger keeps of a request; columns as in `store/schema/deliveries.sql`.

    `received` = `accepted` + the sum of `rejected`. Of the accepted, `duplicates` were stored before and `quarantined`
    were refused by the engine; the writer fills both. What only our SDK counts is None for other senders.

    Every request whose body came is a delivery, also an empty one. How many records are in a body that cannot be read
    nobody knows: it counts as one that was received and rejected, under the code of its error (`bad_input`,
    `too_large`, `unsupported_type`). What a sender is told to send again (408, 429, 503) is no delivery.
    """

    project: str
    received_ns: int
    signal: Signal
    protocol: str  # http/protobuf, http/json, grpc; `REDRIVE`
    process: str  # our SDK's process id, else the instance, else the connection's address and port
    service: str
    sender: str
    size_bytes: int
    client_seq: int | None = None
    client_sent: int | None = None
    client_dropped: int | None = None
    client_ns: int | None = None  # the newest end of a span, time of a record: the sender's clock
    received: int = 0
    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    rejected: dict[str, int] = field(default_factory=dict)  # reason, a word → how many
