"""Where OTLP comes in over HTTP: one table for the routes, for the limit of bodies and for the form of errors."""

import re
from collections.abc import Mapping

from clearspan_server.model.delivery import Signal

# What OTLP itself says, `/` for a traces endpoint that was set without its path, and what clients of other
# servers append to the address that they are given.
PATHS: Mapping[str, Signal] = {
    "/": "traces",
    "/v1/traces": "traces",
    "/v1/logs": "logs",
    "/v1/metrics": "metrics",
    "/api/public/otel/v1/traces": "traces",
    "/api/public/otel/v1/logs": "logs",
    "/api/public/otel/v1/metrics": "metrics",
    "/otel/v1/traces": "traces",
    "/otel/v1/logs": "logs",
    "/otel/v1/metrics": "metrics",
    "/api/otel/v1/traces": "traces",
    "/api/otel/v1/logs": "logs",
    "/api/otel/v1/metrics": "metrics",
}

# Where xtrace's clients send.
XTRACE: Mapping[str, Signal] = {"/v1/l/batch": "traces", "/v1/metrics/batch": "metrics"}
INGESTION = "/api/public/ingestion"  # Langfuse's clients before OpenTelemetry
MEDIA = "/api/public/media"  # files beside traces, of Langfuse's clients
CHAT_FILES = "/api/v1/chat-attachments"
_PUBLIC = "/api/public/"
_QUESTIONS = re.compile(r"/api/v1/(playground-runs|conversations/[^/]+/messages)")
_CONTENT = re.compile(rf"{MEDIA}/[^/]+/content/?")


def takes_records(path: str) -> bool:
    """Whether what is posted to a path has the limit of records, not of requests."""
    plain = path.rstrip("/")
    return signal_at(path) is not None or plain == INGESTION or plain in XTRACE


def takes_files(path: str) -> bool:
    """Whether what is put to a path is a file, whose route sees to its size."""
    return path == CHAT_FILES or _CONTENT.fullmatch(path) is not None


def takes_texts(path: str) -> bool:
    """Whether what is posted to a path is a question for models, with all its texts."""
    return _QUESTIONS.fullmatch(path) is not None


def is_langfuse(path: str) -> bool:
    """Whether a path is of Langfuse's own API, whose clients read errors in its shape."""
    return path.startswith(_PUBLIC) and signal_at(path) is None


def signal_at(path: str) -> Signal | None:
    """The signal that is posted to a path, which may end in a slash; None where no OTLP comes in."""
    return PATHS.get(path.rstrip("/") or "/")
