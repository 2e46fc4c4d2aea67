"""`/metrics`: this server's own figures in the form that Prometheus reads.

It holds counts alone: no project, no id, no name that a sender chose is ever a label. While the server is open anybody
on the machine may read it; once there are accounts any credential will do.
OTLP metrics that senders hand over are another matter; they come in at `/v1/metrics`.
"""

import time
from collections.abc import Iterator, Mapping

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from clearspan_server import __version__
from clearspan_server.api.access import KNOWN
from clearspan_server.api.pulse import engine_trouble, underived, writer_lag_s
from clearspan_server.api.state import State, state_of
from clearspan_server.api.threads import cpu_seconds

router = APIRouter(tags=["health"])

_OF_PROCESS = CollectorRegistry()
_REQUESTS = Histogram(
    "clearspan_http_request_seconds",
    "Time to answer over HTTP, by route.",
    ("method", "route", "status"),
    registry=_OF_PROCESS,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
ProcessCollector(registry=_OF_PROCESS)

_PARTS = "select count() as parts, sum(rows) as rows, sum(bytes_on_disk) as size_bytes from system.parts where active"


@router.get("/metrics", response_class=Response, dependencies=[KNOWN])
def prometheus(request: Request) -> Response:
    """The server's own figures for Prometheus; no project and no id is in them."""
    now = CollectorRegistry()
    now.register(_Figures(state_of(request)))
    text = generate_latest(now) + generate_latest(_OF_PROCESS)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)


class Timing:
    """Times every answer by its route's pattern; a stream counts until its first byte."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = time.perf_counter()

        async def send_and_time(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                taken_s = time.perf_counter() - began_s
                _REQUESTS.labels(_method(scope), route, message["status"]).observe(taken_s)
            await send(message)

        await self._app(scope, receive, send_and_time)


def _method(scope: Scope) -> str:
    """A caller can send any word as its method; only known ones become labels."""
    method = str(scope["method"])
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "other"


class _Figures(Collector):
    """The figures of one server at one moment."""

    def __init__(self, server: State) -> None:
        self._server = server

    @override
    def collect(self) -> Iterator[Metric]:
        server = self._server
        yield _gauge(
            "build_info",
            "1, with the versions.",
            1,
            {"version": __version__, "engine": server.engine.version},
        )
        yield from _of_ingest(server)
        yield from _of_storage(server)
        yield from _of_engine(server)
        yield from _of_gateway(server)
        yield _of_threads()
        yield _gauge("live_clients", "Browsers that listen to the live feed.", server.live.clients)
        due = server.agenda.due()
        age_s = time.time() - min(one.since_s for one in due) if due else 0
        yield _gauge("rollup_due_hours", "Hours whose sums are to be computed anew.", len(due))
        yield _gauge("rollup_lag_seconds", "How long the first of them has been due.", age_s)


def _of_ingest(server: State) -> Iterator[Metric]:
    meter = server.receiver.meter
    ways = ("signal", "protocol")
    yield _counter("requests", "Requests whose body came.", ways, meter.requests)
    yield _counter("received_bytes", "Bytes of bodies, as sent.", ways, meter.size_bytes)
    yield _counter("received_records", "Spans, log records and points.", ways, meter.received)
    yield _counter("accepted_records", "Of them, acknowledged.", ways, meter.accepted)
    yield _counter("put_off_requests", "Asked to come again.", ways, meter.put_off)
    yield _counter("rejected_records", "Refused, by reason.", ("signal", "reason"), meter.rejected)


def _of_storage(server: State) -> Iterator[Metric]:
    entries, size_bytes = server.journal.backlog()
    figures = server.writer.figures
    yield _gauge("journal_entries", "Entries that wait for the engine.", entries)
    yield _gauge("journal_bytes", "Bytes of them.", size_bytes)
    yield _gauge("journal_bound_bytes", "The bound.", server.settings.max_journal_bytes)
    yield _gauge("journal_oldest_seconds", "Age of the oldest of them.", writer_lag_s(server) or 0)
    yield _gauge(
        "underived_entries", "Stored entries that lists do not show yet.", underived(server)
    )
    yield _total(
        "underivable_traces",
        "Traces that no list shows; the log names them.",
        server.deriving.left_out,
    )
    yield _total("writer_batches", "Batches that were stored.", figures.batches)
    yield _total("writer_rows", "Rows that were stored.", figures.rows)
    yield _total("writer_insert_seconds", "Time that the engine took for them.", figures.insert_s)
    yield _total("quarantined_records", "Rows that the engine refused.", figures.quarantined)
    yield _gauge("quarantine_rows", "Rows in the quarantine now.", server.quarantine.count())
    yield _gauge(
        "writer_in_trouble", "1 when the last batch was not stored.", bool(server.writer.trouble)
    )
    yield _gauge(
        "disk_free_bytes", "Free bytes of the data folder's disk.", server.disk.free_bytes()
    )


def _of_engine(server: State) -> Iterator[Metric]:
    began_s = time.perf_counter()
    trouble = engine_trouble(server)
    taken_s = time.perf_counter() - began_s
    yield _gauge("engine_up", "1 when the engine answers.", not trouble)
    if trouble:
        return
    yield _gauge("engine_answer_seconds", "How long its smallest answer took just now.", taken_s)
    [held] = server.engine.query(_PARTS)
    yield _gauge("engine_parts", "Parts of tables on disk.", held["parts"])
    yield _gauge("engine_rows", "Rows in them.", held["rows"] or 0)
    yield _gauge("engine_bytes", "Bytes of them.", held["size_bytes"] or 0)


def _of_gateway(server: State) -> Iterator[Metric]:
    calls = server.gateway.figures
    ways = ("provider", "status")
    yield _counter(
        "gateway_calls", "Calls through the gateway, by how they ended.", ways, calls.calls
    )
    yield _gauge("gateway_open_calls", "Calls that are under way.", calls.open)
    yield _gauge(
        "gateway_waiting_calls", "Calls that are over, and not in the journal yet.", calls.waiting
    )
    yield _total("gateway_lost_calls", "Calls that could not be recorded.", calls.lost)


def _of_threads() -> Metric:
    what = "Processor time of this process, by what its threads do."
    family = CounterMetricFamily("clearspan_thread_cpu_seconds", what, labels=["thread"])
    for name, seconds in sorted(cpu_seconds().items()):
        family.add_metric([name], seconds)
    return family


def _gauge(name: str, help: str, value: float, labels: Mapping[str, str] | None = None) -> Metric:
    family = GaugeMetricFamily(f"clearspan_{name}", help, labels=list(labels or ()))
    family.add_metric(list((labels or {}).values()), float(value))
    return family


def _total(name: str, help: str, value: float) -> Metric:
    return CounterMetricFamily(f"clearspan_{name}", help, value=value)


def _counter(
    name: str, help: str, labels: tuple[str, str], counts: Mapping[tuple[str, str], int]
) -> Metric:
    family = CounterMetricFamily(f"clearspan_{name}", help, labels=labels)
    for values, count in sorted(dict(counts).items()):
        family.add_metric(values, count)
    return family
