"""A load that never ends: the same requests again, each time with other ids and the times of now."""

import time
from collections.abc import Sequence
from typing import overload

import numpy as np
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from typing_extensions import override

_RESPONSE_ID = "gen_ai.response.id"


class Renewed(Sequence[bytes]):
    """`count` requests, made when they are asked for."""

    def __init__(self, bodies: Sequence[bytes], count: int) -> None:
        self._bodies = bodies
        self._count = count

    @override
    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, number: int) -> bytes: ...

    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...

    @override
    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(self._count))]
        return renewed(self._bodies[number % len(self._bodies)], time.time_ns())


def renewed(body: bytes, now_ns: int) -> bytes:
    """The request as if its last span had just ended; nothing of it is known from before."""
    request = ExportTraceServiceRequest.FromString(body)
    spans = [
        span
        for group in request.resource_spans
        for scope in group.scope_spans
        for span in scope.spans
    ]
    later_ns = now_ns - max(span.end_time_unix_nano for span in spans)
    random = np.random.default_rng(now_ns)
    mask = random.bytes(16)
    for span in spans:
        span.trace_id = _masked(span.trace_id, mask)
        span.span_id = _masked(span.span_id, mask)
        span.parent_span_id = _masked(span.parent_span_id, mask)
        span.start_time_unix_nano += later_ns
        span.end_time_unix_nano += later_ns
        for attribute in span.attributes:
            if attribute.key == _RESPONSE_ID:
                attribute.value.string_value += f"-{now_ns:x}"
    return request.SerializeToString()


def _masked(name: bytes, mask: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(name, mask, strict=False))
