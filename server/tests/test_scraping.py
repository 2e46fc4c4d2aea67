"""Prometheus endpoints: what they say becomes metrics, and what is wrong with one is told."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from typing_extensions import override

from asking import Answer, ask, bearer
from clearspan_server.errors import BadInput
from clearspan_server.ingest.exposition import MAX_SAMPLES, Before, Reading, read_exposition
from clearspan_server.jobs.fetching import fetch
from measuring import Json, Metrics
from running import Server, until

# As vLLM's server tells it.
TEXT = """# HELP vllm:num_requests_running Requests in execution.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{model_name="small"} 3.0
# TYPE vllm:prompt_tokens_total counter
vllm:prompt_tokens_total{model_name="small"} %d
vllm:prompt_tokens_created{model_name="small"} 1.7e+09
# TYPE vllm:time_to_first_token_seconds histogram
vllm:time_to_first_token_seconds_bucket{le="0.1",model_name="small"} 4.0
vllm:time_to_first_token_seconds_bucket{le="0.5",model_name="small"} 9.0
vllm:time_to_first_token_seconds_bucket{le="+Inf",model_name="small"} 10.0
vllm:time_to_first_token_seconds_count{model_name="small"} 10.0
vllm:time_to_first_token_seconds_sum{model_name="small"} 2.5
# TYPE gc_seconds summary
gc_seconds{quantile="0.5"} 0.1
gc_seconds_sum 3
gc_seconds_count 20
"""


class Endpoint(BaseHTTPRequestHandler):
    """A model server: `/metrics` counts on, `/away` leads elsewhere, `/page` is something else.

    `/slowly` never comes to the end of its headers, `/half` hangs up in the middle.
    """

    readings = 0

    def do_GET(self) -> None:
        if self.path == "/slowly":
            self.drip()
            return
        if self.path == "/half":
            self.send_response(200)
            self.send_header("content-length", "1000")
            self.end_headers()
            self.wfile.write(b"a_total 1\n")
            return
        Endpoint.readings += self.path == "/metrics"
        body = (TEXT % (100 * Endpoint.readings) if self.path == "/metrics" else "<p>").encode()
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("location", "/metrics")
        self.end_headers()
        self.wfile.write(body)

    def drip(self) -> None:
        """A byte of a header now and then, until the other side has gone away."""
        with suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
            while True:
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)

    @override
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()


def reading(text: str, before: Before) -> Reading:
    return read_exposition(text, before, before.time_ns + 10**18, {"service.name": "vllm"})


def read(text: str, *earlier: str) -> dict[str, Metric]:
    """The metrics of a text, when these were read before it."""
    before = Before()
    for one in earlier:
        before = reading(one, before).after
    found = ExportMetricsServiceRequest.FromString(reading(text, before).body)
    [group] = found.resource_metrics
    return {metric.name: metric for metric in group.scope_metrics[0].metrics}


def test_every_type_becomes_its_own() -> None:
    found = read(TEXT % 7)

    assert sorted(found) == [
        "gc_seconds",
        "vllm:num_requests_running",
        "vllm:prompt_tokens_total",
        "vllm:time_to_first_token_seconds",
    ]
    counter = found["vllm:prompt_tokens_total"].sum
    assert (counter.is_monotonic, counter.aggregation_temporality) == (True, 2)
    assert counter.data_points[0].as_double == 7
    [point] = found["vllm:time_to_first_token_seconds"].histogram.data_points
    assert (list(point.explicit_bounds), list(point.bucket_counts)) == ([0.1, 0.5], [4, 5, 1])
    assert (point.count, point.sum) == (10, 2.5)
    [quantile] = found["gc_seconds"].summary.data_points[0].quantile_values
    assert (quantile.quantile, quantile.value) == (0.5, 0.1)


def test_a_series_that_comes_later_began_at_zero() -> None:
    first = "# TYPE a_total counter\na_total 5\n"

    found = read('# TYPE a_total counter\na_total 6\na_total{x="y"} 2\n', first)

    told = [(one.as_double, len(one.attributes)) for one in found["a_total"].sum.data_points]
    assert told == [(6, 0), (2, 1), (0, 1)]


def test_a_series_that_was_away_for_one_reading_did_not_begin_at_zero() -> None:
    both = '# TYPE a_total counter\na_total 6\na_total{x="y"} 200\n'
    one = "# TYPE a_total counter\na_total 6\n"

    found = read(both, both, one)

    told = [(one.as_double, len(one.attributes)) for one in found["a_total"].sum.data_points]
    assert told == [(6, 0), (200, 1)]


def test_a_point_that_is_none_leaves_its_neighbours_alone() -> None:
    broken = (
        '# TYPE h histogram\nh_bucket{le="+Inf"} NaN\nh_count NaN\nh_sum NaN\n'
        "# TYPE s summary\ns_count -1\ns_sum 0\n"
        "# TYPE g gauge\ng 1\n"
        '# TYPE n histogram\nn_bucket{le="1"} 2\nn_bucket{le="+Inf"} 2\nn_count 2\n'
    )

    found = read(broken)

    assert sorted(found) == ["g", "n"]
    assert not found["n"].histogram.data_points[0].HasField("sum")


def test_metrics_have_the_names_that_their_server_gives_them() -> None:
    dcgm = "# TYPE DCGM_FI_DEV_PCIE_REPLAY_COUNTER counter\nDCGM_FI_DEV_PCIE_REPLAY_COUNTER 3\n"
    jobs = "# TYPE jobs_created gauge\njobs_created 4\n"
    client = "# TYPE b_total counter\nb_total 5\n# TYPE b_created gauge\nb_created 1.7e9\n"

    found = read(dcgm + jobs + client)

    assert sorted(found) == ["DCGM_FI_DEV_PCIE_REPLAY_COUNTER", "b_total", "jobs_created"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/slowly", "the answer took more than 0.5 s"),
        ("/half", "990 bytes of the answer are missing"),
        ("/away", "the answer was 302"),
    ],
)
def test_an_answer_that_does_not_come_whole_is_none(endpoint: str, path: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        fetch(endpoint + path, timeout_s=0.5)


@pytest.mark.parametrize(
    "text",
    [
        "<p>",
        'a{b="c" 1\n',
        " a 1\n" * (MAX_SAMPLES + 1),
        '# TYPE h histogram\nh_bucket{le="x"} 1\n',
    ],
)
def test_what_is_no_such_text_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read(text)


def target(metrics: Metrics, url: str) -> Answer:
    body = {"url": url, "service": "vllm", "interval_s": 5}
    path = f"/api/v1/scrapes?project={metrics.project}"
    return ask(metrics.server, "POST", path, bearer(metrics.server.token), body)


def rows(metrics: Metrics) -> list[Json]:
    found = metrics.server.get(f"/api/v1/scrapes?project={metrics.project}")["scrapes"]
    return list(found)


def test_an_endpoint_is_read_and_one_that_cannot_be_says_why(server: Server, endpoint: str) -> None:
    metrics = Metrics(server)

    made = [target(metrics, endpoint + path) for path in ("/metrics", "/away", "/page")]
    until(lambda: all(row["read"] or row["error"] for row in rows(metrics)))
    running = {"name": "vllm:num_requests_running", "stat": "last", "from_": "0"}
    until(lambda: metrics.answer("query", **running).status == 200)

    assert [one.status for one in made] == [201] * 3
    told = {row["url"].rpartition("/")[2]: row["error"] for row in rows(metrics)}
    assert told == {
        "metrics": "",
        "away": "the answer was 302",
        "page": "this is not the text format of Prometheus",
    }

    [line] = metrics.answer("query", by=["service", "model_name"], **running).body["series"]
    assert line["labels"] == {"service": "vllm", "model_name": "small"}

    for row in rows(metrics):
        path = f"/api/v1/scrapes/{row['id']}?project={metrics.project}"
        assert ask(server, "DELETE", path, bearer(server.token)).status == 204
    assert rows(metrics) == []


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/metrics", "http://", "file:///etc/passwd", "http://a:b@host/metrics"]
)
def test_only_addresses_of_http_are_read_and_none_with_a_password(server: Server, url: str) -> None:
    assert target(Metrics(server), url).status == 400
