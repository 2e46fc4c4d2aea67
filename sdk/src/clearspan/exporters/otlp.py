"""Sends spans as OTLP/JSON over HTTP: to Clearspan, or to anything that speaks OpenTelemetry."""

from __future__ import annotations

import gzip
import http.client
import json
import ssl
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit, urlunsplit

from clearspan.errors import report, warn_once
from clearspan.exporters import Outcome
from clearspan.otlp_json import body, encoded
from clearspan.settings import TRACES_PATH
from clearspan.tracer import Span

TIMEOUT_S = 10.0
MAX_BODY_CHARS = 4_000_000
GZIP_ABOVE_BYTES = 1_024
HEARTBEAT_S = 10.0
RETRYABLE = frozenset({429, 502, 503, 504})
ACCEPTED = range(200, 300)
NO_CONTENT, TOO_LARGE = 204, 413
NO_HEARTBEATS = frozenset({404, 405, 501})


@dataclass(slots=True)
class Answer:
    """What the server said; status 0 when it said nothing."""

    status: int
    body: bytes = b""
    retry_after: str = ""


class OtlpExporter:
    """One server, over one kept connection.

    Args:
        url: where spans are posted, such as ``http://127.0.0.1:4318/v1/traces``.
        headers: sent with every request.
        resource: attributes of this process.
        version: of this library.
        still_open: weak references to the spans of this process that have not ended, by id.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        resource: Mapping[str, object],
        version: str,
        still_open: Mapping[str, Callable[[], Span | None]],
    ) -> None:
        self._address = urlsplit(url)
        self._target = urlunsplit(("", "", self._address.path or "/", self._address.query, ""))
        self._still_open = still_open
        self._resource = resource
        self._version = version
        self._process = str(uuid.uuid4())
        self._headers = {
            "content-type": "application/json",
            "user-agent": f"clearspan-python/{version}",
            "clearspan-process": self._process,
            **headers,
        }
        self._connection: http.client.HTTPConnection | None = None
        self._requests = 0
        self._sent = 0
        self._dropped = 0
        prefix = self._address.path.removesuffix(TRACES_PATH).rstrip("/")
        self._heartbeat_path = f"{prefix}/api/v1/processes/{self._process}/heartbeat"
        # Only Clearspan answers heartbeats; others are never sent a span that is still open.
        self._takes_heartbeats = True
        self._is_clearspan = False
        self._next_heartbeat_s = 0.0
        self._no_heartbeat_before_s = 0.0
        self._announced: set[str] = set()

    def export(self, spans: Sequence[Span], dropped: int) -> Outcome:
        """Posts ``spans`` in as few requests as their size allows."""
        self._dropped = dropped
        if self._is_clearspan:
            self._announce(self._open_ancestors(spans))
        texts = [_encoded(span) for span in spans]
        settled = lost = 0
        at_most = len(texts)
        while settled < len(texts):
            chunk = _chunk(texts, settled, at_most)
            whole = [text for text in chunk if text]
            answer = self._post_spans(whole) if whole else Answer(200)
            if answer.status in RETRYABLE or answer.status == 0:
                after_s = _seconds(answer.retry_after)
                return Outcome(settled, lost, after_s, is_away=answer.status == 0)
            if answer.status == TOO_LARGE and len(chunk) > 1:
                at_most = len(chunk) // 2
                continue
            settled += len(chunk)
            lost += len(chunk) - len(whole) + self._refused(answer, len(whole))
        return Outcome(settled, lost)

    def watch(self, open_spans: Sequence[Span]) -> None:
        """Sends a heartbeat every 10 s, and spans that are new among the open ones."""
        now_s = time.monotonic()
        if not self._takes_heartbeats or now_s < self._no_heartbeat_before_s:
            return
        fresh = [span for span in open_spans if span.span_id not in self._announced]
        if not fresh and now_s < self._next_heartbeat_s:
            return
        ids = sorted(span.span_id for span in open_spans)
        beat = json.dumps({"seq": self._requests, "open": ids}).encode()
        answer = self._post(self._heartbeat_path, beat, {})
        if answer.status == NO_CONTENT:
            self._is_clearspan = True
            self._next_heartbeat_s = now_s + HEARTBEAT_S
            self._announce(fresh)
        elif answer.status in NO_HEARTBEATS:
            self._takes_heartbeats = False
        else:
            self._no_heartbeat_before_s = now_s + (_seconds(answer.retry_after) or HEARTBEAT_S)

    def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open_ancestors(self, spans: Iterable[Span]) -> list[Span]:
        """Open spans above ``spans`` that the server does not know: it would show a child alone."""
        found: dict[str, Span] = {}
        for span in spans:
            parent = self._opened(span.parent_id)
            while parent and parent.span_id not in found.keys() | self._announced:
                found[parent.span_id] = parent
                parent = self._opened(parent.parent_id)
        return list(found.values())

    def _opened(self, span_id: str) -> Span | None:
        reference = self._still_open.get(span_id)
        return reference and reference()

    def _announce(self, spans: Sequence[Span]) -> None:
        """Sends spans that are still open, each once."""
        texts = [text for text in map(_encoded, spans) if text]
        if texts and self._post_spans(texts).status in ACCEPTED:
            self._announced = {span_id for span_id in self._announced if self._opened(span_id)}
            self._announced.update(span.span_id for span in spans)

    def _post_spans(self, texts: Sequence[str]) -> Answer:
        # A repeated request repeats its number, so that the server can tell it from a lost one.
        content = body(texts, self._resource, self._version)
        numbers = {
            "clearspan-seq": str(self._requests + 1),
            "clearspan-sent": str(self._sent + len(texts)),
            "clearspan-dropped": str(self._dropped),
        }
        answer = self._post(self._target, content, numbers)
        if answer.status not in RETRYABLE and answer.status not in {0, TOO_LARGE}:
            self._requests += 1
            self._sent += len(texts)
        return answer

    def _refused(self, answer: Answer, count: int) -> int:
        """How many of ``count`` spans the server refused, with one warning."""
        if answer.status not in ACCEPTED:
            said = answer.body[:300].decode("utf-8", "replace")
            warn_once("refused", f"{self._address.geturl()} refused spans: {answer.status} {said}")
            return count
        rejected, reason = _partial_success(answer.body)
        if rejected:
            warn_once("rejected", f"the server rejected {rejected} of {count} spans: {reason}")
        return rejected

    def _post(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        all_headers = {**self._headers, **headers}
        if len(content) > GZIP_ABOVE_BYTES:
            content = gzip.compress(content, compresslevel=1, mtime=0)
            all_headers["content-encoding"] = "gzip"
        is_reused = self._connection is not None
        try:
            return self._request(path, content, all_headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not is_reused:
                return self._away(error)
        # A kept connection that the server has closed meanwhile says nothing about the server.
        try:
            return self._request(path, content, all_headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return self._away(error)

    def _request(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        if self._connection is None:
            self._connection = self._connect()
        self._connection.request("POST", path, body=content, headers=headers)
        response = self._connection.getresponse()
        answer = Answer(response.status, response.read(), response.getheader("retry-after", ""))
        if response.will_close:
            self.close()
        return answer

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._address.hostname or "127.0.0.1", self._address.port
        if self._address.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
        return http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)

    def _away(self, error: Exception) -> Answer:
        warn_once("away", f"{self._address.geturl()} does not answer ({error}); spans are kept")
        return Answer(0)


def _encoded(span: Span) -> str:
    """``span`` as JSON; "" when that fails, so that it does not take its neighbours along."""
    try:
        return encoded(span)
    except Exception as error:  # noqa: BLE001  # the funnel: one bad span
        report(error, f"encoding the span {span.name!s:.80}")
        return ""


def _chunk(texts: Sequence[str], start: int, at_most: int) -> Sequence[str]:
    """The next texts that together stay below the size of a request; at least one."""
    end, chars = start, 0
    while end < len(texts) and end - start < at_most:
        chars += len(texts[end])
        if chars > MAX_BODY_CHARS and end > start:
            break
        end += 1
    return texts[start:end]


def _seconds(retry_after: str) -> float:
    """A Retry-After header, seconds or a date, in seconds from now; 0 when it is neither."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


def _partial_success(content: bytes) -> tuple[int, str]:
    """Rejected spans and the reason, from an OTLP response."""
    try:
        partial = json.loads(content).get("partialSuccess") or {}
        return int(partial.get("rejectedSpans") or 0), str(partial.get("errorMessage") or "")
    except (ValueError, AttributeError, TypeError):
        return 0, ""  # another server's idea of an answer
