"""Recorded answers in their providers' forms, whole or as the events of a stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from clearspan.wire.forms import Json, mapping, mappings, text

CUT = frozenset({"length", "max_tokens", "max_output_tokens"})
CALLS = frozenset({"tool_call", "tool_calls", "tool_use", "function_call"})
FILTERED = frozenset({"content_filter", "refusal", "safety"})


@dataclass
class Rebuilt:
    """An HTTP response."""

    status: int
    body: bytes
    # What failed is not tried again: OpenAI's and Anthropic's clients ask for this header.
    headers: dict[str, str] = field(
        default_factory=lambda: {"content-type": "application/json", "x-should-retry": "false"}
    )


def refusal(status: int, kind: str, message: str) -> Rebuilt:
    """An error in a form that OpenAI's and Anthropic's clients read."""
    error = {"type": kind, "message": message, "code": None}
    return Rebuilt(status, json.dumps({"type": "error", "error": error}).encode())


def _chat(answer: Json, request: Json) -> Rebuilt:
    """OpenAI's chat completions."""
    frame = {"id": answer["id"] or "chatcmpl-0", "created": 0, "model": answer["model"]}
    usage = _openai_usage(answer, "prompt_tokens", "completion_tokens")
    choices = [_chat_choice(answer, said) for said in mappings(answer["messages"]) or [{}]]
    if not request.get("stream"):
        numbered = [{"index": number, **choice} for number, choice in enumerate(choices)]
        return _whole({**frame, "object": "chat.completion", "choices": numbered, "usage": usage})

    def chunks() -> Iterator[Json]:
        chunk = {**frame, "object": "chat.completion.chunk"}
        for number, choice in enumerate(choices):
            for delta in _chat_deltas(mapping(choice["message"])):
                yield {**chunk, "choices": [{"index": number, "delta": delta}]}
            end = {"index": number, "delta": {}, "finish_reason": choice["finish_reason"]}
            yield {**chunk, "choices": [end]}
        if mapping(request.get("stream_options")).get("include_usage"):
            yield {**chunk, "choices": [], "usage": usage}

    return _stream(chunks(), named=False, end="data: [DONE]\n\n")


def _chat_choice(answer: Json, said: Json) -> Json:
    calls = [
        {
            "id": call["id"],
            "type": "function",
            "function": {"name": call["name"], "arguments": call["arguments"]},
        }
        for call in _tool_calls(said)
    ]
    message: Json = {"role": "assistant", "content": _texts(said, "text") or None}
    if thought := _texts(said, "reasoning"):
        message["reasoning_content"] = thought
    if calls:
        message["tool_calls"] = calls
    reason = _reason(answer, said, calls="tool_calls", cut="length", filtered="content_filter")
    return {"message": message, "finish_reason": reason or "stop"}


def _chat_deltas(message: Json) -> Iterator[Json]:
    yield {"role": "assistant", "content": ""}
    for name in ("reasoning_content", "content"):
        for piece in _pieces(message.get(name)):
            yield {name: piece}
    for number, call in enumerate(mappings(message.get("tool_calls"))):
        yield {"tool_calls": [{"index": number, **call}]}


def _responses(answer: Json, request: Json) -> Rebuilt:
    """OpenAI's responses."""
    items = [item for said in mappings(answer["messages"]) for item in _items(said)]
    for number, item in enumerate(items):
        item["id"] = f"{item['type']}_{number}"
    is_cut = answer["finish_reason"] in CUT
    absent = ("error", "incomplete_details", "instructions", "temperature", "top_p")
    empty: Json = {
        "id": answer["id"] or "resp_0",
        "object": "response",
        "created_at": 0,
        "model": answer["model"],
        "status": "in_progress",
        "output": [],
        "metadata": {},
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        **dict.fromkeys(absent),
    }
    whole = {
        **empty,
        "status": "incomplete" if is_cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if is_cut else None,
        "output": items,
        "usage": _responses_usage(answer),
    }
    if not request.get("stream"):
        return _whole(whole)

    def events() -> Iterator[Json]:
        yield {"type": "response.created", "response": empty}
        for number, item in enumerate(items):
            for event in _item_events(item):
                yield {"output_index": number, "item_id": item["id"], **event}
        yield {"type": f"response.{whole['status']}", "response": whole}

    numbered = ({**event, "sequence_number": number} for number, event in enumerate(events()))
    return _stream(numbered, named=True)


def _items(said: Json) -> Iterator[Json]:
    done = {"status": "completed"}
    if thought := _texts(said, "reasoning"):
        yield {"type": "reasoning", "summary": [{"type": "summary_text", "text": thought}]}
    if words := _texts(said, "text"):
        content = {"type": "output_text", "text": words, "annotations": []}
        yield {"type": "message", "role": "assistant", "content": [content], **done}
    for call in _tool_calls(said):
        named = {"call_id": call["id"], "name": call["name"], "arguments": call["arguments"]}
        yield {"type": "function_call", **named, **done}


def _item_events(item: Json) -> Iterator[Json]:
    kind = item["type"]
    blanks: dict[str, Json] = {"message": {"content": []}, "function_call": {"arguments": ""}}
    blank = blanks.get(kind, {})
    yield {"type": "response.output_item.added", "item": {**item, **blank}}
    if kind == "message":
        part = item["content"][0]
        place = {"content_index": 0}
        yield {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}
        for piece in _pieces(part["text"]):
            delta = {"delta": piece, "logprobs": []}
            yield {"type": "response.output_text.delta", **place, **delta}
        done = {"text": part["text"], "logprobs": []}
        yield {"type": "response.output_text.done", **place, **done}
        yield {"type": "response.content_part.done", **place, "part": part}
    elif kind == "function_call":
        said = item["arguments"]
        yield {"type": "response.function_call_arguments.delta", "delta": said}
        yield {
            "type": "response.function_call_arguments.done",
            "name": item["name"],
            "arguments": said,
        }
    yield {"type": "response.output_item.done", "item": item}


def _anthropic(answer: Json, request: Json) -> Rebuilt:
    """Anthropic's messages."""
    said = {"parts": [part for one in mappings(answer["messages"]) for part in one["parts"]]}
    blocks: list[Json] = []
    if thought := _texts(said, "reasoning"):
        blocks.append({"type": "thinking", "thinking": thought, "signature": ""})
    if words := _texts(said, "text"):
        blocks.append({"type": "text", "text": words})
    for call in _tool_calls(said):
        given = mapping(json.loads(call["arguments"] or "{}"))
        blocks.append({"type": "tool_use", "id": call["id"], "name": call["name"], "input": given})
    reason = _reason(answer, said, calls="tool_use", cut="max_tokens", filtered="refusal")
    usage = _anthropic_usage(answer)
    empty = {
        "id": answer["id"] or "msg_0",
        "type": "message",
        "role": "assistant",
        "model": answer["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**usage, "output_tokens": 0},
    }
    reason = {"": "end_turn", "stop": "end_turn"}.get(reason, reason)
    if not request.get("stream"):
        return _whole({**empty, "content": blocks, "stop_reason": reason, "usage": usage})

    def events() -> Iterator[Json]:
        yield {"type": "message_start", "message": empty}
        for number, block in enumerate(blocks):
            blank, deltas = _anthropic_deltas(block)
            yield {"type": "content_block_start", "index": number, "content_block": blank}
            for delta in deltas:
                yield {"type": "content_block_delta", "index": number, "delta": delta}
            yield {"type": "content_block_stop", "index": number}
        end = {"stop_reason": reason, "stop_sequence": None}
        yield {"type": "message_delta", "delta": end, "usage": usage}
        yield {"type": "message_stop"}

    return _stream(events(), named=True)


def _anthropic_deltas(block: Json) -> tuple[Json, list[Json]]:
    """A block as it begins, and what completes it."""
    if block["type"] == "tool_use":
        given = json.dumps(block["input"], ensure_ascii=False)
        return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": given}]
    key = "thinking" if block["type"] == "thinking" else "text"
    pieces = [{"type": f"{key}_delta", key: piece} for piece in _pieces(block[key])]
    return {**block, key: ""}, pieces


def _texts(said: Json, kind: str) -> str:
    parts = mappings(said.get("parts"))
    return "".join(text(part.get("content")) for part in parts if part.get("type") == kind)


def _tool_calls(said: Json) -> list[dict[str, str]]:
    calls = [part for part in mappings(said.get("parts")) if part.get("type") == "tool_call"]
    return [
        {
            "id": text(call.get("id")) or f"call_{number}",
            "name": text(call.get("name")),
            "arguments": text(call.get("data", call.get("arguments"))) or "{}",
        }
        for number, call in enumerate(calls)
    ]


def _reason(answer: Json, said: Json, *, calls: str, cut: str, filtered: str) -> str:
    """Why the answer ended, in the provider's word for it."""
    reason = text(said.get("finish_reason")) or text(answer["finish_reason"])
    for words, word in ((CALLS, calls), (CUT, cut), (FILTERED, filtered)):
        if reason in words:
            return word
    return reason


def _counts(answer: Json) -> dict[str, int]:
    return {name: count or 0 for name, count in mapping(answer["usage"]).items()}


def _openai_usage(answer: Json, asked: str, said: str) -> Json:
    count = _counts(answer)
    given, produced = count.get("input", 0), count.get("output", 0)
    details = asked.replace("tokens", "tokens_details"), said.replace("tokens", "tokens_details")
    return {
        asked: given,
        said: produced,
        "total_tokens": given + produced,
        details[0]: {"cached_tokens": count.get("cache_read", 0)},
        details[1]: {"reasoning_tokens": count.get("reasoning", 0)},
    }


def _responses_usage(answer: Json) -> Json:
    return _openai_usage(answer, "input_tokens", "output_tokens")


def _anthropic_usage(answer: Json) -> Json:
    # Anthropic counts what came from the cache, or went there, beside the input.
    count = _counts(answer)
    cached = {"read": count.get("cache_read", 0), "creation": count.get("cache_write", 0)}
    return {
        "input_tokens": max(0, count.get("input", 0) - sum(cached.values())),
        "output_tokens": count.get("output", 0),
        **{f"cache_{how}_input_tokens": tokens for how, tokens in cached.items()},
    }


def _pieces(said: object) -> list[str]:
    """A text as a stream brings it: word by word, with the spaces."""
    words = text(said).split(" ")
    return [word for word in (words[0], *(f" {word}" for word in words[1:])) if word]


def _whole(body: Json) -> Rebuilt:
    return Rebuilt(200, json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))


def _stream(events: Iterable[Json], *, named: bool, end: str = "") -> Rebuilt:
    lines = [
        (f"event: {event['type']}\n" if named else "")
        + f"data: {json.dumps(event, ensure_ascii=False)}\n\n"
        for event in events
    ]
    body = "".join([*lines, end]).encode("utf-8", "replace")
    return Rebuilt(200, body, {"content-type": "text/event-stream"})


def _or_error(form: Callable[[Json, Json], Rebuilt]) -> Callable[[Json, Json], Rebuilt]:
    def rebuild(answer: Json, request: Json) -> Rebuilt:
        error = mapping(answer.get("error"))
        if error:
            return refusal(int(error["status"]), text(error["type"]), text(error["message"]))
        return form(answer, request)

    return rebuild


# By the end of the path.
FORMS = {
    "/chat/completions": _or_error(_chat),
    "/responses": _or_error(_responses),
    "/messages": _or_error(_anthropic),
}
