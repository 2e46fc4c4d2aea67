"""OpenInference's flattened conversations, documents and embeddings.

Source: openinference `spec/semantic_conventions.md`. Indices may start above zero and have gaps; Anthropic's
instrumentor says a tool call twice, as part of the content and beside it.
"""

from clearspan.wire import media_part
from clearspan_server.ingest.coerce import number, opened, text
from clearspan_server.ingest.draft import Attributes, Value
from clearspan_server.ingest.normalise.fields import grouped
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.model.messages import Message

_DOCUMENTS = ("retrieval.documents.", "reranker.output_documents.", "reranker.input_documents.")
_EMBEDDINGS = "embedding.embeddings."


def conversation(attributes: Attributes, prefix: str) -> list[Message]:
    """The messages under `llm.input_messages.` or `llm.output_messages.`."""
    return [_message(item) for item in grouped(attributes, prefix)]


def embedded(attributes: Attributes) -> list[Message]:
    """The texts that became vectors, each a message of the user."""
    items = grouped(attributes, _EMBEDDINGS)
    texts = [text(said) for item in items if (said := item.get("embedding.text"))]
    return [{"role": "user", "parts": [{"type": "text", "content": said}]} for said in texts]


def documents(attributes: Attributes, keys: Keys) -> list[Message]:
    """What was retrieved, or ranked anew; where LangChain's id and score got lost, from where they still are."""
    for prefix in _DOCUMENTS:
        items = grouped(attributes, prefix) if keys.under(prefix) else []
        found = [_document(item) for item in items]
        if found:
            _add_ids(found, attributes.get("output.value"))
            return found
    return []


def _document(item: Attributes) -> Message:
    metadata = opened(item.get("document.metadata"))
    score = number(item.get("document.score"))
    if score is None and isinstance(metadata, dict):
        score = number(metadata.get("score", metadata.get("relevance_score")))
    return {
        "id": text(item.get("document.id")),
        "content": text(item.get("document.content")),
        "score": score,
        "metadata": metadata,
    }


def _add_ids(found: list[Message], output: Value) -> None:
    if all(one["id"] for one in found):
        return
    held = opened(output)
    listed = held.get("documents") if isinstance(held, dict) else held
    if not isinstance(listed, list) or len(listed) != len(found):
        return
    for one, raw in zip(found, listed, strict=True):
        if isinstance(raw, dict) and raw.get("page_content") == one["content"] and raw.get("id"):
            one["id"] = one["id"] or text(raw["id"])


def _message(item: Attributes) -> Message:
    role = text(item.get("message.role")) or "user"
    said = item.get("message.content")
    pieces = grouped(item, "message.contents.")
    calls = [_call(one) for one in grouped(item, "message.tool_calls.") if any(one.values())]
    calls = calls or [_call(one) for one in pieces if "tool_call.function.name" in one]
    if "message.function_call_name" in item:
        name, arguments = (
            item.get(f"message.function_call_{one}") for one in ("name", "arguments_json")
        )
        calls.append(
            _call({"tool_call.function.name": name, "tool_call.function.arguments": arguments})
        )
    parts = [part for one in pieces if (part := _content(one)) is not None]
    call_id = item.get("message.tool_call_id")
    if call_id is not None and role != "assistant":
        if said is None:
            said = "\n".join(text(part.get("content")) for part in parts)
        response = {"type": "tool_call_response", "id": text(call_id), "response": opened(said)}
        return {"role": role, "parts": [response]}
    if not parts and said not in (None, ""):
        parts = [{"type": "text", "content": text(said)}]
    return {"role": role, "parts": parts + calls}


def _content(one: Attributes) -> Message | None:
    kind = text(one.get("message_content.type"))
    for medium in ("image", "audio", "file"):
        address = one.get(f"message_content.{medium}.{medium}.url")
        if address:
            mime_type = text(one.get(f"message_content.{medium}.{medium}.mime_type"))
            return media_part(text(address), medium, mime_type)
    said = one.get("message_content.text")
    if said in (None, ""):
        return None
    return {
        "type": "reasoning" if kind in ("reasoning", "thinking") else "text",
        "content": text(said),
    }


def _call(one: Attributes) -> Message:
    return {
        "type": "tool_call",
        "id": text(one.get("tool_call.id")),
        "name": text(one.get("tool_call.function.name")),
        "arguments": _arguments(one.get("tool_call.function.arguments")),
    }


def _arguments(value: Value) -> Value:
    """The arguments, also where JSON was written into JSON once more."""
    if isinstance(value, str) and value[:1] == '"':
        inner = opened(f"[{value}]")
        value = inner[0] if isinstance(inner, list) and len(inner) == 1 else value
    return opened(value)
