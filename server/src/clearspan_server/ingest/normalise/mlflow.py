"""MLflow's autologging over OpenTelemetry: every value is JSON text, also a plain text, which then has quotes.

Source: mlflow `mlflow/tracing/constant.py`, `mlflow/entities/span.py`. Versions before 3.17 tell neither the model nor
cached tokens apart from the raw answer.
"""

from clearspan.wire import Usage
from clearspan_server.ingest.coerce import (
    json_text,
    opened,
    strings,
    text,
    to_json,
    truth,
    unwrapped,
    whole,
)
from clearspan_server.ingest.draft import Attributes, Candidate, Draft, Value
from clearspan_server.ingest.normalise.fields import fill_cost, fill_text, is_set, ttft_from_event
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.providers import provider_of_model
from clearspan_server.ingest.normalise.raw import fill_raw
from clearspan_server.model.span import Kind

NAME = "mlflow"

_KINDS: dict[str, Kind] = {
    "LLM": "llm",
    "CHAT_MODEL": "llm",
    "CHAIN": "chain",
    "AGENT": "agent",
    "TOOL": "tool",
    "RETRIEVER": "retriever",
    "PARSER": "chain",
    "EMBEDDING": "embedding",
    "RERANKER": "reranker",
    "MEMORY": "chain",
    "WORKFLOW": "chain",
    "TASK": "chain",
    "GUARDRAIL": "guardrail",
    "EVALUATOR": "evaluator",
}
_TEXT = (
    ("mlflow.llm.provider", "provider"),
    ("mlflow.trace.user", "user_id"),
    ("mlflow.trace.session", "session_id"),
)
_TEXT_OF_CALL = (("model", "request_model"), ("user", "user_id"))
_USAGE = (
    ("input_tokens", "input"),
    ("output_tokens", "output"),
    ("total_tokens", "total"),
    ("cache_read_input_tokens", "cache_read"),
    ("cache_creation_input_tokens", "cache_write"),
)
_PARAMETERS = (
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "stop",
    "stop_sequences",
    "n",
    "reasoning_effort",
    "response_format",
    "dimensions",
)
# `mlflow.message.format` names frameworks too, which are no providers.
_PROVIDERS = frozenset(("openai", "anthropic", "gemini", "groq", "mistral", "bedrock", "cohere"))
_FIRST_CHUNK = ("mlflow.chunk.item.0",)


def speaks(keys: Keys) -> bool:
    """Whether any attribute is MLflow's."""
    return bool(keys.under("mlflow."))


def fill(draft: Draft, keys: Keys) -> None:
    """Fill kind, model call, usage, content, user, session and prompt."""
    span = draft.span
    said = {key: unwrapped(draft.attributes[key]) for key in keys.under("mlflow.")}
    if span.kind == "other":
        span.kind = _KINDS.get(text(said.get("mlflow.spanType")).upper(), "other")
    fill_text(span, said, _TEXT)
    span.tags = span.tags or _tags(said.get("mlflow.trace.tags"))
    if span.kind == "tool":
        span.tool_name = span.tool_name or text(said.get("mlflow.spanFunctionName"))
    if span.kind in ("llm", "embedding"):
        _fill_call(draft, keys, said)
    _note(draft, said)
    fill_raw(draft, "mlflow.spanInputs", "mlflow.spanOutputs")
    if span.kind == "llm" and not span.input:
        fill_raw(draft, "mlflow.chat.messages", "")
    _fill_from_answer(draft, said)
    _fill_prompt(draft, said.get("mlflow.linkedPrompts"))
    if draft.events:
        _mend_times(draft)
        ttft_from_event(draft, _FIRST_CHUNK)
        _fill_from_chunk(draft)


def _fill_call(draft: Draft, keys: Keys, said: Attributes) -> None:
    span, attributes = draft.span, draft.attributes
    bare = {key: unwrapped(attributes[key]) for key, _ in keys.hits(_TEXT_OF_CALL)}
    fill_text(span, bare, _TEXT_OF_CALL)
    named = text(said.get("mlflow.llm.model"))
    if said.get("mlflow.spanOutputs") is None:
        span.request_model = span.request_model or named
    else:
        span.response_model = span.response_model or named
    form = text(said.get("mlflow.message.format"))
    span.provider = span.provider or (form if form in _PROVIDERS else "")
    span.provider = span.provider or provider_of_model(named or span.request_model)
    if not span.tool_definitions:
        span.tool_definitions = json_text(said.get("mlflow.chat.tools"))
    if span.streamed is None and "stream" in keys:
        span.streamed = truth(attributes["stream"])
    parameters = {
        key: value for key in _PARAMETERS if key in keys and is_set(value := _read(attributes[key]))
    }
    if parameters and not span.parameters:
        span.parameters = to_json(parameters)


def _read(raw: Value) -> Value:
    """A parameter: JSON text of a number is the number."""
    held = unwrapped(raw)
    if isinstance(held, str) and held.lstrip("-").replace(".", "", 1).isdecimal():
        return float(held) if "." in held else int(held)
    return held


def _note(draft: Draft, said: Attributes) -> None:
    held = said.get("mlflow.chat.tokenUsage")
    if isinstance(held, dict):
        usage = Usage()
        for key, name in _USAGE:
            setattr(usage, name, whole(held.get(key)))
        longer = whole(held.get("cache_creation_input_tokens_above_1hr"))
        if longer:
            usage.other["cache_write_1h_tokens"] = longer
        draft.usages.append(Candidate(usage))
    costs = said.get("mlflow.llm.cost")
    if isinstance(costs, dict):
        total = costs.get("total_cost", costs.get("total"))
        fill_cost(draft.span, {"total": total}, (("total", "reported_cost"),))


def _fill_from_answer(draft: Draft, said: Attributes) -> None:
    """The id that tells one call from another, also where the rest of the answer is of no known form."""
    span, held = draft.span, said.get("mlflow.spanOutputs")
    if span.kind not in ("llm", "embedding") or not isinstance(held, dict):
        return
    span.response_id = span.response_id or text(held.get("id"))
    span.response_model = span.response_model or text(held.get("model"))
    if span.kind == "embedding" and not span.request_model:
        asked = said.get("mlflow.spanInputs")
        span.request_model = text(asked.get("model")) if isinstance(asked, dict) else ""


def _mend_times(draft: Draft) -> None:
    """Version 3.8 writes the times of its events in microseconds."""
    for event in draft.events:
        if 0 < event.time_ns < draft.span.start_ns // 100:
            event.time_ns *= 1000


def _fill_from_chunk(draft: Draft) -> None:
    """Who answered, where the stream broke before there was an answer."""
    span = draft.span
    held = opened(draft.events[0].attributes.get("mlflow.chunk.value"))
    if span.kind == "llm" and isinstance(held, dict):
        span.response_id = span.response_id or text(held.get("id"))
        span.response_model = span.response_model or text(held.get("model"))


def _fill_prompt(draft: Draft, linked: Value) -> None:
    first = linked[0] if isinstance(linked, list) and linked else None
    if isinstance(first, dict):
        names = (("name", "prompt_name"), ("version", "prompt_version"))
        fill_text(draft.span, first, names)


def _tags(held: Value) -> list[str]:
    """A list, or MLflow's names with values."""
    if isinstance(held, dict):
        return [f"{name}:{text(value)}" if value else name for name, value in held.items()]
    return strings(held)
