"""LangChain's messages, documents and metadata, as facts of a span."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from clearspan.capture import plain
from clearspan.wire import read_message, read_usage

PROVIDERS = {
    "azure": "azure.ai.openai",
    "amazon_bedrock": "aws.bedrock",
    "bedrock": "aws.bedrock",
    "google_genai": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "together": "together_ai",
    "xai": "x_ai",
}
PARAMETERS = {
    "stop": "stop_sequences",
    **{
        name: name
        for name in (
            *("temperature", "top_p", "top_k", "max_tokens", "seed"),
            *("frequency_penalty", "presence_penalty"),
        )
    },
}
MAX_DEPTH = 4
OWN_TAGS = ("seq:step:", "map:key:", "graph:step:", "langsmith:", "langgraph_")
RETRY = "retry:attempt:"  # the number of a repetition
INVENTED_IDS = ("run-", "lc_")  # of replies that have none of a provider


def written(message: Any) -> object:  # noqa: ANN401  # LangChain's
    """A message in canonical form."""
    copy = plain(message).value
    if not isinstance(copy, dict):
        return copy
    extra = copy.get("additional_kwargs")
    if isinstance(extra, dict) and extra.get("reasoning_content"):
        copy = {**copy, "reasoning_content": extra["reasoning_content"]}
    return read_message(copy) or copy


def shown(value: Any, depth: int = 0) -> object:  # noqa: ANN401  # whatever a chain is given
    """``value`` with its messages in canonical form."""
    if _is_a("BaseMessage", value):
        return written(value)
    if _is_a("ChatPromptValue", value):
        value = value.messages
    if depth < MAX_DEPTH and type(value) is list:
        return [shown(item, depth + 1) for item in value[:1_000]]
    if depth < MAX_DEPTH and type(value) is dict:
        return {key: shown(item, depth + 1) for key, item in value.items()}
    return value


def _is_a(name: str, value: object) -> bool:
    return any(kind.__name__ == name for kind in type(value).__mro__)


def run_facts(run: Mapping[str, Any]) -> dict[str, object]:
    """Who and where, of the metadata and tags of a run."""
    metadata = run.get("metadata") or {}
    given = [str(tag) for tag in run.get("tags") or ()]
    tags = [tag for tag in given if not tag.startswith((*OWN_TAGS, RETRY))]
    retry = next((tag[len(RETRY) :] for tag in given if tag.startswith(RETRY)), "")
    return {
        "attempt": int(retry) if retry.isdecimal() else None,
        "session": metadata.get("session_id") or metadata.get("thread_id"),
        "user": metadata.get("user_id"),
        "step_id": metadata.get("langgraph_node"),
        "step_index": metadata.get("langgraph_step"),
        "tags": tags or None,
    }


def model_facts(run: Mapping[str, Any]) -> dict[str, object]:
    """Model, provider, parameters and tools of the start of a model call."""
    metadata = run.get("metadata") or {}
    invocation = run.get("invocation_params") or {}
    provider = str(metadata.get("ls_provider") or "").lower()
    model = metadata.get("ls_model_name") or invocation.get("model") or invocation.get("model_name")
    parameters = {
        PARAMETERS[name]: value
        for name, value in invocation.items()
        if name in PARAMETERS and value is not None
    }
    return {
        "provider": PROVIDERS.get(provider, provider) or None,
        "model": model,
        "parameters": parameters or None,
        "tools": invocation.get("tools") or invocation.get("functions"),
    }


def reply_facts(result: Any) -> dict[str, object]:  # noqa: ANN401  # an LLMResult
    """What a model answered, with the usage that its provider told."""
    generations = [one for some in result.generations for one in some]
    messages = [getattr(one, "message", None) for one in generations]
    first: Any = next((message for message in messages if message is not None), None)
    told: dict[str, Any] = getattr(first, "response_metadata", None) or {}
    info: dict[str, Any] = (generations[0].generation_info if generations else None) or {}
    output = result.llm_output or {}
    reply_id = told.get("id") or getattr(first, "id", None)
    said = [
        one.text if message is None else written(message)
        for one, message in zip(generations, messages, strict=True)
    ]
    return {
        "output": said or None,
        "response_model": told.get("model_name") or told.get("model") or output.get("model_name"),
        "response_id": None if str(reply_id).startswith(INVENTED_IDS) else reply_id,
        "finish_reason": told.get("finish_reason")
        or told.get("stop_reason")
        or told.get("done_reason")
        or info.get("finish_reason"),
        "usage": _usage(getattr(first, "usage_metadata", None))
        or _usage(output.get("token_usage") or output.get("usage")),
    }


def _usage(told: object) -> dict[str, int] | None:
    usage = read_usage(told) if isinstance(told, dict) else None
    if usage is None:
        return None
    counts = asdict(usage)
    other: dict[str, int] = counts.pop("other")
    return {name: count for name, count in {**counts, **other}.items() if count is not None}


def document(found: Any) -> dict[str, object]:  # noqa: ANN401  # a Document
    """A document that a retriever found."""
    metadata = found.metadata
    return {
        "id": found.id,
        "content": found.page_content,
        "score": metadata.get("score", metadata.get("relevance_score")),
        "metadata": metadata,
    }
