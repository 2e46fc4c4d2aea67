"""What `--json` of a command prints: answers of the API, by their names in its OpenAPI document."""

from collections.abc import Mapping

# A command prints one document of its schema; one that streams, a document a line.
SCHEMAS: Mapping[str, str] = {
    "call": "RunState",
    "traces": "TraceList",
    "spans": "SpanList",
    "sessions": "SessionList",
    "users": "UserList",
    "failures": "FailureList",
    "trace": "Trace",
    "span": "SpanDetail",
    "tail": "TraceRow",
    "tail --spans": "ListedSpan",
    "replay": "TraceSpan",
    "status": "Health",
    "project list": "ProjectList",
    "project create": "Project",
    "project label": "Project",
    "key list": "KeyList",
    "key create": "KeyCreated",
    "key rotate": "KeyCreated",
    "user list": "AccountList",
    "prices show": "PriceFound",
    "prices reprice": "Repricing",
    "compare": "Comparison",
    "whatif": "WhatIf",
    "logs": "LogList",
    "cost": "CostReport",
    "metrics": "MetricNames",
    "metrics NAME": "MetricReply",
    "sql": "SqlAnswer",
}
