"""Sends spans to Datadog as logs, without its library.

Source: Datadog's API reference, *Send logs* (v2): at most 1 000 entries and 5 MB a request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clearspan.errors import report, warn_once
from clearspan.exporters import Outcome
from clearspan.exporters.connection import ACCEPTED, Connection
from clearspan.masks import masked_text
from clearspan.otlp_json import as_json, attributes
from clearspan.tracer import Span

MOST_CHARS = 4_500_000
RETRYABLE = frozenset({0, 408, 429, 500, 502, 503, 504})
TAGS = {"deployment.environment.name": "env", "service.version": "version"}


class DatadogExporter:
    """The intake of one site.

    Args:
        url: such as ``https://http-intake.logs.datadoghq.eu/api/v2/logs``.
        key: Datadog's API key.
        resource: attributes of this process.
    """

    def __init__(self, url: str, key: str, resource: Mapping[str, object]) -> None:
        self._connection = Connection(url, {"dd-api-key": key})
        self._common = {
            "ddsource": "clearspan",
            "service": resource.get("service.name"),
            "hostname": resource.get("host.name"),
            "ddtags": ",".join(
                f"{tag}:{resource[name]}" for name, tag in TAGS.items() if resource.get(name)
            ),
        }

    def export(self, spans: Sequence[Span], dropped: int) -> Outcome:  # noqa: ARG002  # told by others
        """Posts ``spans`` in as few requests as their size allows."""
        settled = lost = 0
        texts = [self._text(span) for span in spans]
        while settled < len(texts):
            chars, end = 0, settled
            while end < len(texts) and (end == settled or chars + len(texts[end]) < MOST_CHARS):
                chars += len(texts[end])
                end += 1
            whole = [text for text in texts[settled:end] if text]
            answer = self._connection.post(f"[{','.join(whole)}]".encode("utf-8", "replace"), {})
            if answer.status in RETRYABLE:
                return answer.again(settled, lost)
            lost += end - settled - len(whole)
            if answer.status not in ACCEPTED:
                lost += len(whole)
                said = answer.body[:300].decode("utf-8", "replace")
                warn_once("datadog", f"Datadog refused spans: {answer.status} {said}")
            settled = end
        return Outcome(settled, lost)

    def watch(self, open_spans: Sequence[Span]) -> None:
        """A span is sent when it has ended."""

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def _text(self, span: Span) -> str:
        """One log entry; "" when that fails, so that it does not take its neighbours along."""
        try:
            return as_json({**self._common, **_entry(span)}) or ""
        except Exception as error:  # noqa: BLE001  # the funnel: one bad span
            report(error, f"writing the span {span.name!s:.80} as a log")
            return ""


def _entry(span: Span) -> dict[str, object]:
    entry: dict[str, object] = {
        "message": f"{span.kind} {masked_text(str(span.name))} {span.status}",
        "status": "error" if span.status == "error" else "info",
        "timestamp": span.start_ns // 1_000_000,
        "duration": span.end_ns - span.start_ns,
        "span": {"id": span.span_id, "parent_id": span.parent_id, "trace_id": span.trace_id},
        "dd": {"trace_id": span.trace_id, "span_id": str(int(span.span_id, 16))},
        "attributes": {
            name: value for name, value in attributes(span).items() if value is not None
        },
    }
    if span.failure:
        entry["error"] = {
            "kind": span.failure.type,
            "message": span.failure.message,
            "stack": span.failure.stack(),
        }
    return entry
