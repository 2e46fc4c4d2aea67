"""Log events in the shape in which coding agents send them, made from their documentation."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

START_NS = 1_790_000_000_000_000_000
SECOND_NS = 1_000_000_000

# Name, seconds after the beginning, attributes.
Told = tuple[str, float, Mapping[str, Any]]

_P1, _P2 = "7a2f0c1e-0000-4000-8000-000000000001", "7a2f0c1e-0000-4000-8000-000000000002"
_CALL = {"model": "claude-sonnet-4-5", "query_source": "repl_main_thread", "speed": "normal"}
_USED = {"input_tokens": 12, "cache_read_tokens": 20_000, "cache_creation_tokens": 1_500}

CLAUDE_CODE: Sequence[Told] = (
    (
        "user_prompt",
        0,
        {"prompt.id": _P1, "prompt": "Why does the test fail?", "prompt_length": 23},
    ),
    (
        "api_request",
        4,
        {
            "prompt.id": _P1,
            **_CALL,
            **_USED,
            "output_tokens": 180,
            "cost_usd": 0.0137,
            "duration_ms": 3500,
            "request_id": "req_1",
        },
    ),
    (
        "tool_decision",
        4.1,
        {
            "prompt.id": _P1,
            "tool_name": "Bash",
            "tool_use_id": "toolu_1",
            "decision": "accept",
            "source": "config",
        },
    ),
    (
        "tool_result",
        6.1,
        {
            "prompt.id": _P1,
            "tool_name": "Bash",
            "tool_use_id": "toolu_1",
            "success": "false",
            "error_type": "ShellError",
            "duration_ms": 2000,
            "tool_input": '{"command":"pytest -q"}',
        },
    ),
    (
        "tool_decision",
        7,
        {
            "prompt.id": _P1,
            "tool_name": "Write",
            "tool_use_id": "toolu_2",
            "decision": "reject",
            "source": "user_reject",
        },
    ),
    (
        "api_error",
        9,
        {
            "prompt.id": _P1,
            **_CALL,
            "error": "Overloaded",
            "status_code": 529,
            "duration_ms": 500,
            "attempt": 3,
            "request_id": "req_2",
        },
    ),
    (
        "api_request",
        12,
        {
            "prompt.id": _P1,
            **_CALL,
            **_USED,
            "output_tokens": 60,
            "cost_usd": 0.0119,
            "duration_ms": 2000,
            "request_id": "req_3",
        },
    ),
    (
        "assistant_response",
        12,
        {"prompt.id": _P1, **_CALL, "request_id": "req_3", "response": "A fixture is missing."},
    ),
    ("user_prompt", 60, {"prompt.id": _P2, "prompt": "<REDACTED>", "prompt_length": 9}),
    (
        "api_request",
        63,
        {
            "prompt.id": _P2,
            **_CALL,
            "input_tokens": 5,
            "output_tokens": 7,
            "cache_creation_tokens": 1_000,
            "cache_creation_1h_tokens": 1_000,
            "cost_usd": 0.00612,
            "duration_ms": 900,
            "request_id": "req_4",
            "agent.name": "Explore",
        },
    ),
)

_ANSWERED = {"endpoint": "/responses", "attempt": 0, "http.response.status_code": 200}

CODEX: Sequence[Told] = (
    ("conversation_starts", 0, {"provider_name": "OpenAI", "approval_policy": "on-request"}),
    ("user_prompt", 1, {"prompt": "Add a flag", "prompt_length": "10"}),
    ("api_request", 2, {**_ANSWERED, "duration_ms": "800"}),
    ("sse_event", 2.5, {"event.kind": "response.created", "duration_ms": "10"}),
    (
        "sse_event",
        5,
        {
            "event.kind": "response.completed",
            "input_token_count": "9000",
            "output_token_count": "250",
            "cached_token_count": 7000,
            "reasoning_token_count": 100,
            "tool_token_count": "9350",
        },
    ),
    (
        "tool_decision",
        5.1,
        {"tool_name": "shell", "call_id": "call_1", "decision": "approved", "source": "User"},
    ),
    (
        "tool_result",
        6,
        {
            "tool_name": "shell",
            "call_id": "call_1",
            "arguments": '{"cmd":["ls"]}',
            "duration_ms": "500",
            "success": "true",
            "output": "README.md",
        },
    ),
    (
        "api_request",
        7,
        {
            "endpoint": "/responses",
            "attempt": 1,
            "http.response.status_code": 429,
            "duration_ms": "300",
            "error.message": "rate limit reached",
        },
    ),
    ("user_prompt", 30, {"prompt": "[REDACTED]", "prompt_length": "4"}),
    ("api_request", 31, {**_ANSWERED, "duration_ms": "700"}),
    (
        "sse_event",
        33,
        {
            "event.kind": "response.completed",
            "input_token_count": "9400",
            "output_token_count": "20",
        },
    ),
)


def claude_code_request(session: str, told: Sequence[Told], start_ns: int = START_NS) -> bytes:
    """An OTLP/JSON request with events of Claude Code; they are counted by their place in the session."""
    sequence = {id(one): number for number, one in enumerate(CLAUDE_CODE)}
    records = [
        _record(
            at_ns=start_ns + round(seconds * SECOND_NS),
            body=f"claude_code.{name}",
            attributes={
                "session.id": session,
                "user.id": "5e1f",
                "terminal.type": "tmux",
                "event.name": name,
                "event.sequence": sequence.get(id(one), 0),
                **attributes,
            },
        )
        for one in told
        for name, seconds, attributes in (one,)
    ]
    resource = {
        "service.name": "claude-code",
        "service.version": "2.1.224",
        "vcs.repository.url.full": "https://github.com/acme/shop.git",
    }
    return _request(resource, "com.anthropic.claude_code.events", records)


def codex_request(session: str, told: Sequence[Told], start_ns: int = START_NS) -> bytes:
    """An OTLP/JSON request with events of Codex."""
    records = [
        _record(
            at_ns=start_ns + round(seconds * SECOND_NS),
            body="",
            attributes={
                "event.name": f"codex.{name}",
                "conversation.id": session,
                "app.version": "0.99.0",
                "model": "gpt-5-codex",
                "slug": "gpt-5-codex",
                "originator": "codex_cli_rs",
                "user.account_id": "acc-1",
                **attributes,
            },
        )
        for name, seconds, attributes in told
    ]
    return _request({"service.name": "codex_cli_rs", "env": "dev"}, "codex_otel", records)


def _record(*, at_ns: int, body: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "timeUnixNano": str(at_ns),
        "observedTimeUnixNano": str(at_ns),
        "body": {"stringValue": body},
        "attributes": [{"key": key, "value": _value(one)} for key, one in attributes.items()],
    }


def _value(value: object) -> dict[str, Any]:
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": str(value)}


def _request(resource: Mapping[str, str], scope: str, records: Sequence[Any]) -> bytes:
    held = [{"key": key, "value": {"stringValue": one}} for key, one in resource.items()]
    scoped = [{"scope": {"name": scope}, "logRecords": list(records)}]
    request = {"resourceLogs": [{"resource": {"attributes": held}, "scopeLogs": scoped}]}
    return json.dumps(request).encode()
