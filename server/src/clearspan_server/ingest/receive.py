"""One request through ingest: inflate, decode, normalise, price, redact, journal. CPU-bound and synchronous.

Every protocol calls it with what its headers said; every request whose body came has its receipt in the ledger.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Literal

import orjson
from sqlalchemy.exc import SQLAlchemyError

from clearspan_server.errors import BadInput, TooBusy, Unavailable
from clearspan_server.ingest.admission import IngestAccess
from clearspan_server.ingest.draft import Rejected
from clearspan_server.ingest.encode import Privacy, PrivacyOf
from clearspan_server.ingest.inflate import inflate
from clearspan_server.ingest.meter import Meter
from clearspan_server.ingest.prices import Prices
from clearspan_server.ingest.senders import Senders
from clearspan_server.ingest.series import SeriesCap
from clearspan_server.ingest.signals import Clock, Encoding, Setting, deleted_score, take
from clearspan_server.model.delivery import Delivery, Signal
from clearspan_server.model.told_answer import ToldAnswer
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.journal import Journal, Rows

Protocol = Literal[
    "http/protobuf", "http/json", "http/langfuse", "http/xtrace", "http", "grpc", "gateway"
]  # "http": of no type; "gateway": a call that passed through it

_ENCODINGS: Mapping[Protocol, Encoding] = {
    "http/json": "json",
    "http/langfuse": "langfuse",
    "http/xtrace": "xtrace",
}
_MAX_REASONS = 5  # that a partial success quotes


@dataclass(slots=True, frozen=True)
class Request:
    """What is known of a request before its body is read; `encoding` is the body's compression, "" for none."""

    signal: Signal
    protocol: Protocol
    encoding: str
    access: IngestAccess
    address: str  # of the sender's machine: the port is of one connection, often of one request


@dataclass(slots=True, frozen=True)
class Receipt:
    """What became of a request: how many records, why some were rejected, and when it will be on disk."""

    accepted: int
    rejected: int
    reasons: str
    durable: "Future[int]"
    names: Sequence[str] = ()  # of what was taken, where the sender names it
    failures: Sequence[Rejected] = ()
    answers: Sequence[ToldAnswer] = ()  # for whoever keeps datasets


class Receiver:
    """Takes requests into a journal; thread-safe. The times that it gives to records never go back."""

    def __init__(
        self,
        journal: Journal,
        catalog: Catalog,
        privacy_of: PrivacyOf,
        senders: Senders,
        prices: Prices,
        *,
        max_body_bytes: int,
    ) -> None:
        self._journal = journal
        self._catalog = catalog
        self._privacy_of = privacy_of
        self._senders = senders
        self._prices = prices
        self._clock = Clock()
        self.max_body_bytes = max_body_bytes
        self.meter = Meter()
        self.series = SeriesCap()

    def receive(self, request: Request, body: bytes) -> Receipt:
        """Take a request; its sender may hear of it only after `durable` has a result.

        Raises:
            BadInput: the body cannot be read: not in its encoding, too large, no such message. The ledger has it.
            TooBusy: the journal is over its bound.
            Unavailable: the journal cannot be written, or the catalog cannot be used.
        """
        setting = self._setting(request)
        delivery = self._delivery(request, setting.access, len(body))
        try:
            plain = inflate(body, request.encoding, self.max_body_bytes)
            encoding = _ENCODINGS.get(request.protocol, "protobuf")
            taken = take(request.signal, encoding, plain, setting)
        except BadInput as error:
            self._enter_unread(delivery, error)
            raise
        if taken.accepted:
            self._ensure_project(request.access.project)
        delivery.process = setting.access.process or taken.process or request.address
        delivery.service = taken.service
        delivery.client_ns = taken.newest_ns
        delivery.accepted = taken.accepted
        delivery.rejected = Counter(one.code for one in taken.rejected)
        delivery.received = taken.accepted + len(taken.rejected)
        return Receipt(
            taken.accepted,
            len(taken.rejected),
            "; ".join(one.reason for one in taken.rejected[:_MAX_REASONS]),
            self._append(taken.rows, delivery),
            taken.names,
            taken.rejected,
            taken.answers,
        )

    def delete_score(self, request: Request, score_id: str) -> "Future[int]":
        """Take a score away; it is gone for good once the future has a result.

        Raises:
            TooBusy, Unavailable: as `receive`.
        """
        setting = self._setting(request)
        delivery = self._delivery(request, setting.access, len(score_id))
        taken = deleted_score(score_id, setting)
        delivery.received = delivery.accepted = taken.accepted
        return self._append(taken.rows, delivery)

    def refuse(self, request: Request, error: BadInput) -> None:
        """Enter a request into the ledger whose body was not taken and will not come again.

        Raises:
            TooBusy, Unavailable: as `receive`; then the sender had better try again and be told later.
        """
        access = self._setting(request).access
        self._enter_unread(self._delivery(request, access, 0), error)

    def _setting(self, request: Request) -> Setting:
        project = request.access.project
        try:
            privacy, book = self._privacy_of(project), self._prices.of(project)
        except SQLAlchemyError as error:
            raise Unavailable(f"the catalog cannot be read: {error}") from error
        access = _cleaned(request.access, privacy)
        return Setting(access, privacy, self._clock, book, self.series)

    def _delivery(self, request: Request, access: IngestAccess, size_bytes: int) -> Delivery:
        self._senders.heard(access.process)  # whatever becomes of the request, who sent it lives
        return Delivery(
            project=access.project,
            received_ns=self._clock.take(1),
            signal=request.signal,
            protocol=request.protocol,
            process=access.process or request.address,
            service="",
            sender=access.sender,
            size_bytes=size_bytes,
            client_seq=access.seq,
            client_sent=access.sent,
            client_dropped=access.dropped,
        )

    def _enter_unread(self, delivery: Delivery, error: BadInput) -> None:
        delivery.received, delivery.rejected = 1, {error.code: 1}
        self._append([], delivery)

    def _append(self, rows: Sequence[Rows], delivery: Delivery) -> "Future[int]":
        try:
            future = self._journal.append(rows, orjson.dumps(delivery).decode())
        except (TooBusy, Unavailable):
            self.meter.count_put_off(delivery)
            raise
        self.meter.count(delivery)
        return future

    def _ensure_project(self, project: str) -> None:
        try:
            self._catalog.ensure_project(project)
        except SQLAlchemyError as error:
            raise Unavailable(f"the catalog cannot be written: {error}") from error


def _cleaned(access: IngestAccess, privacy: Privacy) -> IngestAccess:
    """With what headers say of the sender redacted: the ledger keeps it."""
    [sender, process], counts = privacy.redactor.redact([access.sender, access.process], names=2)
    return replace(access, sender=sender, process=process) if counts else access
