"""A log record as it came, whole; `store/schema/logs.sql` holds its columns in the same order."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class LogRecord:
    """One OTLP log record. Text that is not known is empty; times are integer nanoseconds since the Unix epoch."""

    project: str
    record_id: int = 0  # a keyed hash of the content: the same record sent twice is one row
    time_ns: int  # when it happened, else when it was observed, else when it was received
    observed_ns: int = 0  # 0 where it was not sent
    trace_id: str = ""
    span_id: str = ""
    severity: int = 0  # OTLP's number, 1 to 24; 0 unknown
    severity_text: str = ""
    event_name: str = ""
    body: str = ""  # JSON text
    attributes: dict[str, str] = field(default_factory=dict)  # values as JSON text
    resource: dict[str, str] = field(default_factory=dict)
    scope_name: str = ""
    scope_version: str = ""
    service: str = ""
    flags: int = 0
    dropped_attributes: int = 0
    received_ns: int = 0
    sender: str = ""
    process: str = ""
    environment: str = ""
    truncated: list[str] = field(default_factory=list)  # "field:full size in bytes"
    redactions: dict[str, int] = field(default_factory=dict)  # type → how many
