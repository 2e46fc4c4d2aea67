"""OTLP over gRPC: traces, logs and metrics, answered only once they are on disk."""

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import NoReturn
from urllib.parse import unquote

import grpc

from clearspan_server.errors import BadInput, ClearspanError, NotAllowed
from clearspan_server.ingest.admission import IngestAccess, admit, caller_with, is_local, stranger
from clearspan_server.ingest.answer import response_of, status_of
from clearspan_server.ingest.budget import Budget
from clearspan_server.ingest.inflate import encoding_of
from clearspan_server.ingest.receive import Receiver, Request
from clearspan_server.model.delivery import Signal
from clearspan_server.rpc.gate import Gate
from clearspan_server.rpc.server import THREADS
from clearspan_server.store.accounts import Accounts
from clearspan_server.store.catalog import Catalog

LOG = logging.getLogger(__name__)

SERVICES: Mapping[str, Signal] = {
    "opentelemetry.proto.collector.trace.v1.TraceService": "traces",
    "opentelemetry.proto.collector.logs.v1.LogsService": "logs",
    "opentelemetry.proto.collector.metrics.v1.MetricsService": "metrics",
}
# Each message on its way may be in memory whole before the budget knows of it, so that these are few. Of the threads
# some stay for messages that came, and some for telling everybody else to come back later.
_PLACES, _QUEUE = THREADS // 4, THREADS // 2
_QUICK_S = 1.0  # the message of an export comes with the call
_CODES = {code.value[0]: code for code in grpc.StatusCode}


@dataclass(slots=True, frozen=True)
class Otlp:
    """What answers the calls: the same parts that answer over HTTP."""

    receiver: Receiver
    receiving: Executor
    bodies: Budget
    catalog: Catalog
    accounts: Accounts
    token: str
    wait_s: float  # for a message to come whole

    def handlers(self) -> list[grpc.GenericRpcHandler]:
        """One `Export` a service; messages pass as bytes.

        It is declared as a stream of requests, which is the same on the wire and lets us choose when to read: who is
        not admitted is answered before its message is, and who stops in the middle is not waited for.
        """
        gate = Gate(_PLACES, _QUEUE, wait_s=self.wait_s, quick_s=_QUICK_S)
        return [
            grpc.method_handlers_generic_handler(
                service,
                {
                    "Export": grpc.stream_unary_rpc_method_handler(
                        partial(self._export, signal, gate)
                    )
                },
            )
            for service, signal in SERVICES.items()
        ]

    def _export(
        self, signal: Signal, gate: Gate, messages: Iterator[bytes], context: grpc.ServicerContext
    ) -> bytes:
        try:
            return self._answer(signal, gate, messages, context)
        except grpc.RpcError:
            context.abort(grpc.StatusCode.CANCELLED, "the sender went away, or stopped sending")
        except ClearspanError as error:
            _abort(context, error)
        except Exception:
            LOG.exception("a call failed")
            _abort(context, ClearspanError("the server failed; its log has the reason"))

    def _answer(
        self, signal: Signal, gate: Gate, messages: Iterator[bytes], context: grpc.ServicerContext
    ) -> bytes:
        headers = {
            name: value for name, value in context.invocation_metadata() if isinstance(value, str)
        }
        address = unquote(context.peer().partition(":")[2])
        access = self._access(address, headers)
        with gate.place(context.cancel):
            message = _message(messages)
        self.bodies.take(len(message))
        try:
            host = address.rpartition(":")[0]
            request = Request(signal, "grpc", encoding_of(message), access, host)
            receipt = self.receiving.submit(self.receiver.receive, request, message).result()
        finally:
            self.bodies.give(len(message))
        receipt.durable.result()
        response = response_of(signal, receipt.rejected, receipt.reasons)
        return response.SerializeToString()

    def _access(self, address: str, headers: Mapping[str, str]) -> IngestAccess:
        is_open = not self.accounts.exist
        # A browser cannot speak cleartext HTTP/2, so that nobody's page gets here under a foreign host.
        if is_open and (refusal := stranger(headers)):
            raise NotAllowed(refusal)
        # As over HTTP: once there are accounts, the token counts on this machine alone.
        token = self.token if is_open or is_local(address.rpartition(":")[0], headers) else ""
        presented = headers.get("authorization", "")
        caller = caller_with(presented, catalog=self.catalog, token=token)
        return admit(caller, headers, is_open=is_open)


def _message(messages: Iterator[bytes]) -> bytes:
    """The call's one message.

    Raises:
        grpc.RpcError: the sender went away, or was sent away because it did not send.
        BadInput: it ended the call without a message.
    """
    for message in messages:
        return message
    raise BadInput("the call has no message")


def _abort(context: grpc.ServicerContext, error: ClearspanError) -> NoReturn:
    status = status_of(error)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(_CODES[status.code], status.message)
