"""Google's Agent Development Kit: requests and responses of Gemini as JSON, in the names of its Python types.

Source: google/adk-python `telemetry/tracing.py`. Its spans are `invocation`, `invoke_agent …`, `call_llm` and
`execute_tool …`; on a tool's span the model's request and response are there but empty.
"""

from clearspan.wire import Usage, read_reply, read_request
from clearspan_server.ingest.coerce import opened, text, to_json, whole
from clearspan_server.ingest.draft import Attributes, Candidate, Draft, Value
from clearspan_server.ingest.normalise.fields import (
    fill_json,
    fill_text,
    set_input,
    set_output,
    set_value,
)
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.model.span import Kind

NAME = "google_adk"

_PREFIX = "gcp.vertex.agent."
_TEXT = (
    (f"{_PREFIX}session_id", "session_id"),
    (f"{_PREFIX}invocation_id", "run_id"),
    (f"{_PREFIX}user_id", "user_id"),
)
_TOOL_JSON = (
    (f"{_PREFIX}tool_call_args", "tool_arguments"),
    (f"{_PREFIX}tool_response", "tool_result"),
)
_REASONING = "gen_ai.usage.experimental.reasoning_tokens"
_REQUEST, _RESPONSE = f"{_PREFIX}llm_request", f"{_PREFIX}llm_response"
_KIND_OF_NAME: dict[str, Kind] = {
    "invocation": "chain",
    "agent_run": "agent",
    "invoke_agent": "agent",
    "call_llm": "llm",
    "generate_content": "llm",
    "execute_tool": "tool",
}
_DATA = frozenset(("args", "response", "parameters", "parametersJsonSchema"))  # not ours to rename
_CONFIG = (
    "temperature",
    "topP",
    "topK",
    "maxOutputTokens",
    "stopSequences",
    "seed",
    "candidateCount",
)


def speaks(keys: Keys) -> bool:
    """Whether the span carries the kit's names."""
    return bool(keys.under(_PREFIX))


def fill(draft: Draft, keys: Keys) -> None:
    """Fill kind, session, tool, and what the model was asked and answered."""
    span, attributes = draft.span, draft.attributes
    if span.kind == "other":
        span.kind = _KIND_OF_NAME.get(span.name.partition(" ")[0], "other")
    fill_text(span, attributes, keys.hits(_TEXT))
    if span.kind == "tool":
        fill_json(span, attributes, keys.hits(_TOOL_JSON))
        return
    if span.kind == "agent" and not span.agent_name and "gen_ai.agent.name" not in keys:
        span.agent_name = span.name.partition(" ")[2].strip("[]")
    reasoning = whole(attributes.get(_REASONING))
    if reasoning is not None:
        _note_beside(draft, reasoning)
    asked, answered = opened(attributes.get(_REQUEST)), opened(attributes.get(_RESPONSE))
    if isinstance(asked, dict) and asked:
        _fill_request(draft, asked)
    if isinstance(answered, dict) and answered:
        _fill_response(draft, answered)


def _note_beside(draft: Draft, reasoning: int) -> None:
    """Gemini's thoughts, which the kit counts beside the output."""
    given = whole(draft.attributes.get("gen_ai.usage.input_tokens"))
    answered = whole(draft.attributes.get("gen_ai.usage.output_tokens"))
    if given is not None and answered is not None:
        usage = Usage(given, answered + reasoning, reasoning=reasoning)
        draft.usages.append(Candidate(usage))


def _fill_request(draft: Draft, asked: Attributes) -> None:
    span = draft.span
    config = asked.get("config")
    renamed = _renamed(config) if isinstance(config, dict) else {}
    settings: Attributes = renamed if isinstance(renamed, dict) else {}
    system = settings.get("systemInstruction")
    if isinstance(system, str):
        system = {"parts": [{"text": system}]}
    body: Attributes = {
        "model": asked.get("model"),
        "contents": _renamed(asked.get("contents")),
        "systemInstruction": system,
        "tools": settings.get("tools"),
        "generationConfig": {key: settings[key] for key in _CONFIG if key in settings},
    }
    read = read_request({key: value for key, value in body.items() if value})
    if read is not None:
        span.request_model = span.request_model or read.model
        if read.messages and not span.input:
            set_input(draft, read.messages)
        if read.tools and not span.tool_definitions:
            span.tool_definitions = to_json(read.tools)
        if read.parameters and not span.parameters:
            span.parameters = to_json(read.parameters)
    set_value(draft, "input", _REQUEST, draft.attributes[_REQUEST])


def _fill_response(draft: Draft, answered: Attributes) -> None:
    span = draft.span
    candidate = {"content": answered.get("content"), "finishReason": answered.get("finish_reason")}
    body: Attributes = {
        "candidates": [_renamed(candidate)],
        "usageMetadata": _renamed(answered.get("usage_metadata")),
        "modelVersion": answered.get("model_version"),
        "responseId": answered.get("response_id"),
    }
    read = read_reply({key: value for key, value in body.items() if value})
    if read is not None:
        span.response_model = span.response_model or read.model
        span.response_id = span.response_id or read.response_id
        span.finish_reason = span.finish_reason or read.finish_reason
        if read.messages and not span.output:
            set_output(draft, read.messages)
        if read.usage is not None:
            draft.usages.append(Candidate(read.usage))
    if answered.get("error_code") and span.status == "ok":
        span.status = "error"
        span.error_type = span.error_type or text(answered["error_code"])
        span.error_message = span.error_message or text(answered.get("error_message"))
    set_value(draft, "output", _RESPONSE, draft.attributes[_RESPONSE])


def _renamed(value: Value) -> Value:
    """The value with its keys as Gemini's own interface writes them (`function_call` → `functionCall`)."""
    if isinstance(value, list):
        return [_renamed(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        (name := _camel(key)): held if name in _DATA else _renamed(held)
        for key, held in value.items()
        if held is not None
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
