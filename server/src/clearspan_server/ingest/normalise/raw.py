"""Inputs and outputs that only the span's kind explains: a conversation, a tool's call, documents."""

import re

from clearspan.wire import read_reply, read_request
from clearspan_server.ingest.coerce import number, text, to_json, unwrapped
from clearspan_server.ingest.draft import Candidate, Draft, Value
from clearspan_server.ingest.normalise.fields import set_input, set_output, set_value
from clearspan_server.ingest.normalise.messages import canonical
from clearspan_server.model.messages import Message

_CALLS = ("llm", "embedding")
_ITEMS = ("function_call", "reasoning")
# How Python writes what has no text: what nobody set, and a stream that is still to be read.
_OBJECT = re.compile(r"NOT_GIVEN$|<[\w.]+ object at 0x")
_MEDIA = re.compile(r"@@@langfuseMedia:type=(?P<type>[^|@]*)\|")
_LANGCHAIN_ROLES = {
    "human": "user",
    "HumanMessage": "user",
    "ai": "assistant",
    "AIMessage": "assistant",
    "AIMessageChunk": "assistant",
    "system": "system",
    "SystemMessage": "system",
    "tool": "tool",
    "ToolMessage": "tool",
}


def fill_raw(draft: Draft, input_key: str, output_key: str) -> None:
    """Fill the content from two attributes that hold anything; what is no conversation stays a value."""
    span = draft.span
    given, got = draft.attributes.get(input_key), draft.attributes.get(output_key)
    if span.kind in _CALLS:
        _fill_request(draft, input_key, given)
        _fill_reply(draft, output_key, got)
    elif span.kind == "tool":
        span.tool_name = span.tool_name or span.name
        _set_text(draft, "tool_arguments", input_key, given)
        _set_text(draft, "tool_result", output_key, got)
    elif span.kind in ("retriever", "reranker"):
        span.retrieval_query = span.retrieval_query or _query(unwrapped(given))
        found = _documents(unwrapped(got))
        if found and not span.documents:
            span.documents = to_json(found)
        elif not span.documents:
            set_value(draft, "output", output_key, got)
    else:
        if span.kind == "agent":
            span.agent_name = span.agent_name or span.name
        set_value(draft, "input", input_key, given)
        set_value(draft, "output", output_key, got)


def _fill_request(draft: Draft, key: str, raw: Value) -> None:
    span = draft.span
    held = unwrapped(raw)
    found: list[Message] | None = None
    if isinstance(held, dict):
        request = read_request(held)
        if request is not None:
            found = request.messages
            span.request_model = span.request_model or request.model
            span.streamed = request.streamed if span.streamed is None else span.streamed
            if request.tools and not span.tool_definitions:
                span.tool_definitions = to_json(request.tools)
            parameters = {key: one for key, one in request.parameters.items() if _is_set(one)}
            if parameters and not span.parameters:
                span.parameters = to_json(parameters)
        found = found or _conversation(held.get("messages"))
        if isinstance(held.get("tools"), list) and held["tools"] and not span.tool_definitions:
            span.tool_definitions = to_json(held["tools"])
    elif isinstance(held, list):
        found = _conversation(held) or _read_items(held)
    elif held not in (None, ""):
        found = _said("user", held)
    if found and not span.input:
        set_input(draft, [_linked(message) for message in found])
    set_value(draft, "input", key, raw)


def _is_set(value: Value) -> bool:
    """Whether it is a value, and not the mark of one that nobody set."""
    return not (isinstance(value, str) and _OBJECT.match(value))


def _fill_reply(draft: Draft, key: str, raw: Value) -> None:
    span = draft.span
    held = unwrapped(raw)
    found: list[Message] | None = None
    if isinstance(held, dict):
        found = _from_reply(draft, held) or _answer(held)
    elif isinstance(held, list) and span.kind == "llm":
        found = _conversation(held) or _from_reply(draft, {"object": "response", "output": held})
    elif not _is_set(held):
        draft.ends_untold = True
    elif held not in (None, "") and span.kind == "llm":
        found = _said("assistant", held)
    if span.kind != "llm":
        return  # vectors: nothing to read or to search
    if found and not span.output:
        set_output(draft, found)
    set_value(draft, "output", key, raw)


def _from_reply(draft: Draft, held: dict[str, Value]) -> list[Message]:
    span = draft.span
    if held.get("type") in _ITEMS and "object" not in held:
        # An item of OpenAI's Responses by itself: its id is not the response's.
        held = {"object": "response", "output": [held]}
    reply = read_reply(held)
    if reply is None:
        return []
    span.response_id = span.response_id or reply.response_id
    span.response_model = span.response_model or reply.model
    span.finish_reason = span.finish_reason or reply.finish_reason
    span.service_tier = span.service_tier or reply.service_tier
    if reply.usage is not None:
        draft.usages.append(Candidate(reply.usage))
    return reply.messages


def _answer(held: dict[str, Value]) -> list[Message] | None:
    """A message, or the one in a wrapper that clients put around it."""
    generations = held.get("generations")
    while isinstance(generations, list) and generations:
        generations = generations[0]
    if isinstance(generations, dict):
        return _conversation([generations.get("message", generations)])
    if "role" in held or isinstance(held.get("tool_calls"), list):
        return canonical({"role": "assistant", **held})
    # Logfire 4: {"message": …} of a call, {"combined_chunk_content"} of a stream.
    inner = held.get("message")
    if isinstance(inner, dict):
        return canonical(inner)
    combined = held.get("combined_chunk_content")
    return _said("assistant", combined) if isinstance(combined, str) and combined else None


def _conversation(held: Value) -> list[Message] | None:
    """Messages of any known form, also those that LangChain constructs; texts alone are a user's."""
    if not isinstance(held, list) or not held:
        return None
    if len(held) == 1 and isinstance(held[0], list):
        held = held[0]  # LangChain's batch of one
    if held and all(isinstance(one, str) for one in held):
        return [message for one in held for message in _said("user", one)]
    return canonical([_plain(one) for one in held])


def _plain(item: Value) -> Value:
    """A message as LangChain constructs it, with the role and content of everybody else's."""
    if not isinstance(item, dict) or "role" in item:
        return item
    held = item.get("kwargs")
    inner = held if isinstance(held, dict) else item
    names = item.get("id")
    last = names[-1] if isinstance(names, list) and names else None
    role = _LANGCHAIN_ROLES.get(text(inner.get("type"))) or _LANGCHAIN_ROLES.get(text(last))
    if role is None:
        return item
    calls = inner.get("tool_calls")
    plain: dict[str, Value] = {"role": role, "content": inner.get("content")}
    if isinstance(calls, list) and calls:
        plain["tool_calls"] = [
            {**call, "arguments": call.get("args")} for call in calls if isinstance(call, dict)
        ]
    if inner.get("tool_call_id"):
        plain["tool_call_id"] = inner["tool_call_id"]
    return plain


def _read_items(held: list[Value]) -> list[Message]:
    """Items of OpenAI's Responses, some of which have no role."""
    request = read_request({"input": held})
    return request.messages if request is not None else []


def _linked(message: Message) -> Message:
    """The message with Langfuse's marks of media that it stores elsewhere as links."""
    parts: list[Message] = []
    for part in message["parts"]:
        where = part.get("content", part.get("uri")) if isinstance(part, dict) else None
        found = _MEDIA.match(where) if isinstance(where, str) else None
        if found and where and part.get("type") in ("blob", "uri"):
            parts.append(_link(found["type"], where))
        else:
            parts.append(part)
    return {**message, "parts": parts}


def _link(mime_type: str, where: str) -> Message:
    modality = mime_type.partition("/")[0]
    return {"type": "uri", "modality": modality, "mime_type": mime_type, "uri": where}


def _said(role: str, content: Value) -> list[Message]:
    return [{"role": role, "parts": [{"type": "text", "content": text(content)}]}]


def _query(held: Value) -> str:
    """The text of a search: the value, or the only text among named arguments."""
    if isinstance(held, dict):
        given = held.get("args")
        if isinstance(given, list) and len(given) == 1 and not held.get("kwargs"):
            return text(given[0])  # a decorated function's
        named = held.get("query", held.get("input"))
        texts = [value for value in held.values() if isinstance(value, str)]
        held = named if isinstance(named, str) else texts[0] if len(texts) == 1 else held
    return text(held)


def _documents(held: Value) -> list[Message]:
    if isinstance(held, dict):
        held = held.get("documents", held.get("output"))
    if not isinstance(held, list) or not all(isinstance(one, dict) for one in held):
        return []
    return [_document(one) for one in held if isinstance(one, dict)]


def _document(held: dict[str, Value]) -> Message:
    metadata = held.get("metadata")
    own = metadata if isinstance(metadata, dict) else {}
    words = next((held[key] for key in ("page_content", "content", "text") if key in held), None)
    return {
        "id": text(held.get("id", own.get("doc_uri"))),
        "content": text(words),
        "score": number(held.get("score", own.get("score", own.get("relevance_score")))),
        "metadata": metadata,
    }


def _set_text(draft: Draft, field: str, key: str, raw: Value) -> None:
    held = unwrapped(raw)
    # LangSmith's name for whatever a function returned.
    if isinstance(held, dict) and field == "tool_result" and list(held) == ["output"]:
        held = held["output"]
    if held not in (None, "") and not getattr(draft.span, field):
        is_same = isinstance(raw, str) and not isinstance(held, str) and held == unwrapped(raw)
        setattr(draft.span, field, text(raw) if is_same else text(held))
        if getattr(draft.span, field) == raw:
            draft.span.mirrored[key] = field
