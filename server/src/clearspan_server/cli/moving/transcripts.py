"""Transcripts of coding agents, the files of their sessions, as spans: turn → model call → tool.

Claude Code: `~/.claude/projects/…/SESSION.jsonl`; Codex: `~/.codex/sessions/…/rollout-….jsonl`. A turn is a trace and
begins with what somebody asked. Ids follow from the session and the place in it, so that the same file gives the same
spans, and one that has grown gives them with what came since. Neither format is documented: this reads what
the agents write now, and passes over lines that it does not know.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from clearspan_server.cli.moving.otlp_spans import attribute, hashed, nanoseconds, request_group
from clearspan_server.cli.moving.records import Json, Place, Record, Untaken, size_of


@dataclass(slots=True)
class _Call:
    """A model call on its way: its span is written when the next one begins, or the turn ends."""

    key: str
    start_ns: int
    end_ns: int
    asked: list[Json]
    answer: list[Json] = field(default_factory=list)
    facts: Json = field(default_factory=dict)


@dataclass(slots=True)
class Turn:
    """What happened from one prompt to the next; spans in OTLP/JSON."""

    agent: str
    session: str
    key: str
    place: Place
    start_ns: int
    prompt: str
    version: str = ""
    end_ns: int = 0
    said: str = ""  # the last that the model wrote
    heard: list[Json] = field(default_factory=list)  # messages since the last call
    call: _Call | None = None
    tools: dict[str, Json] = field(default_factory=dict)  # that run, by the ids of their calls
    spans: list[Json] = field(default_factory=list)

    @property
    def trace_id(self) -> str:
        return hashed(32, self.agent, self.session, self.key)

    @property
    def root_id(self) -> str:
        return hashed(16, self.trace_id, "turn")

    def hear(self, role: str, part: Json) -> None:
        """Something that goes to the model with its next call."""
        self.heard.append({"role": role, "parts": [part]})

    def answer(self, key: str, at_ns: int, parts: list[Json], facts: Json) -> None:
        """Part of what a model answered; what has the same key is of the same call."""
        if self.call is None or self.call.key != key:
            self.close_call()
            asked, self.heard = self.heard, []
            self.call = _Call(key, min(self.end_ns or self.start_ns, at_ns), at_ns, asked)
        self.call.end_ns = max(self.call.end_ns, at_ns)
        self.call.facts |= {name: value for name, value in facts.items() if value is not None}
        self.end_ns = max(self.end_ns, at_ns)
        self.call.answer += parts
        for part in parts:
            if part["type"] == "text":
                self.said = part["content"]
            if part["type"] == "tool_call":
                self.tools[part["id"]] = part | {"at_ns": at_ns}

    def result(self, call_id: str, at_ns: int, result: str, *, failed: bool = False) -> None:
        """What a tool gave back: its span."""
        self.end_ns = max(self.end_ns, at_ns)
        part = {"type": "tool_call_response", "id": call_id, "response": result}
        self.hear("tool", part)
        begun = self.tools.pop(call_id, None)
        if begun is None:
            return
        said = {
            "clearspan.kind": "tool",
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": begun["name"],
            "gen_ai.tool.call.id": call_id,
            "gen_ai.tool.call.arguments": _text(begun["arguments"]),
            "gen_ai.tool.call.result": result,
        }
        name = f"execute_tool {begun['name']}"
        self._add(call_id, name, (begun["at_ns"], at_ns), said, failed=failed)

    def close_call(self) -> None:
        """Write the span of the call that was on its way."""
        call, self.call = self.call, None
        if call is None:
            return
        model = call.facts.get("gen_ai.request.model", "")
        said = {
            "clearspan.kind": "llm",
            "gen_ai.operation.name": "chat",
            "gen_ai.input.messages": _text(call.asked) if call.asked else None,
            "gen_ai.output.messages": _text([{"role": "assistant", "parts": call.answer}]),
            **call.facts,
        }
        self._add(call.key, f"chat {model}".strip(), (call.start_ns, call.end_ns), said)

    def record(self) -> Record:
        """The whole turn."""
        self.close_call()
        said = {
            "clearspan.kind": "agent",
            "gen_ai.operation.name": "invoke_agent",
            "clearspan.input": self.prompt,
            "clearspan.output": self.said or None,
        }
        self._add("turn", f"invoke_agent {self.agent}", (self.start_ns, self.end_ns), said)
        group = request_group(
            "clearspan.transcript",
            self.spans,
            service__name=self.agent,
            service__version=self.version,
        )
        return Record("traces", [group], self.place, size_of(group), {"spans": len(self.spans)})

    def _add(
        self, key: str, name: str, times: tuple[int, int], said: Json, *, failed: bool = False
    ) -> None:
        attributes = {**said, "session.id": self.session, "gen_ai.agent.name": self.agent}
        self.spans.append(
            {
                "traceId": self.trace_id,
                "spanId": hashed(16, self.trace_id, key),
                "parentSpanId": "" if key == "turn" else self.root_id,
                "name": name,
                "startTimeUnixNano": str(times[0]),
                "endTimeUnixNano": str(max(times)),
                "status": {"code": 2} if failed else {},
                "attributes": [
                    attribute(one, value) for one, value in attributes.items() if value is not None
                ],
            }
        )


def is_claude_code(value: Any) -> bool:  # noqa: ANN401 - foreign JSON
    """Whether it is a line of a session of Claude Code's."""
    known = isinstance(value, dict) and {"sessionId", "uuid", "type", "message"} <= value.keys()
    return known and isinstance(value["message"], dict)


def claude_code_records(values: Iterator[tuple[Place, Any]]) -> Iterator[Record | Untaken]:
    """A record for each turn."""
    turn: Turn | None = None
    for place, value in values:
        if not isinstance(value, dict) or "type" not in value:
            yield Untaken(place, "it is no line of a session")
            continue
        if not is_claude_code(value) or value.get("isMeta"):
            continue  # summaries, snapshots of files and the like: nothing that was said
        at_ns = nanoseconds(value.get("timestamp"))
        if at_ns is None:
            yield Untaken(place, "its timestamp cannot be read", 1, "line")
            continue
        prompt = _claude_prompt(value)
        if prompt and not value.get("isSidechain"):
            if turn:
                yield turn.record()
            session, key = str(value["sessionId"]), str(value["uuid"])
            version = str(value.get("version") or "")
            turn = Turn("claude-code", session, key, place, at_ns, prompt, version)
            turn.hear("user", {"type": "text", "content": prompt})
        elif turn:
            _claude_line(turn, value, at_ns)
    if turn:
        yield turn.record()


def _claude_prompt(line: Json) -> str:
    """What somebody asked; "" of any other line."""
    if line["type"] != "user":
        return ""
    texts = [part["content"] for part in _parts(line["message"]) if part["type"] == "text"]
    return "\n".join(texts)


def _claude_line(turn: Turn, line: Json, at_ns: int) -> None:
    message: Json = line["message"]
    if line["type"] == "assistant":
        key = str(message.get("id") or line["uuid"])
        turn.answer(key, at_ns, _parts(message), _claude_facts(message))
        return
    for block in _blocks(message):
        if block.get("type") == "tool_result":
            result = _result(block.get("content"))
            failed = bool(block.get("is_error"))
            turn.result(str(block.get("tool_use_id")), at_ns, result, failed=failed)


def _claude_facts(message: Json) -> Json:
    """Model and usage; cached tokens are counted beside the input there, and are part of it here."""
    held = message.get("usage")
    usage: Json = held if isinstance(held, dict) else {}
    read, written = (
        _count(usage.get(f"cache_{name}_input_tokens")) for name in ("read", "creation")
    )
    plain = _count(usage.get("input_tokens"))
    reason = message.get("stop_reason")
    return {
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": message.get("model"),
        "gen_ai.response.model": message.get("model"),
        "gen_ai.response.id": message.get("id"),
        "gen_ai.response.finish_reasons": [reason] if reason else None,
        "gen_ai.usage.input_tokens": plain + read + written if usage else None,
        "gen_ai.usage.cache_read.input_tokens": read if usage else None,
        "gen_ai.usage.cache_write.input_tokens": written if usage else None,
        "gen_ai.usage.output_tokens": _count(usage.get("output_tokens")) if usage else None,
    }


def is_codex(value: Any) -> bool:  # noqa: ANN401 - foreign JSON
    """Whether it is a line of a session of Codex's."""
    kinds = ("session_meta", "response_item", "event_msg", "turn_context")
    return isinstance(value, dict) and "payload" in value and value.get("type") in kinds


def codex_records(values: Iterator[tuple[Place, Any]]) -> Iterator[Record | Untaken]:
    """A record for each turn."""
    session = version = model = ""
    turn: Turn | None = None
    for place, value in values:
        payload = value.get("payload") if isinstance(value, dict) else None
        if not isinstance(payload, dict):
            yield Untaken(place, "it is no line of a session")
            continue
        at_ns = nanoseconds(value.get("timestamp"))
        if at_ns is None:
            yield Untaken(place, "its timestamp cannot be read", 1, "line")
            continue
        if value["type"] == "session_meta":
            session = str(payload.get("id") or place.file)
            version = str(payload.get("cli_version") or "")
        model = str(payload.get("model") or model) if value["type"] == "turn_context" else model
        if value["type"] == "event_msg" and payload.get("type") == "user_message":
            if turn:
                yield turn.record()
            prompt = str(payload.get("message") or "")
            turn = Turn("codex", session or place.file, place.at, place, at_ns, prompt, version)
            turn.hear("user", {"type": "text", "content": prompt})
        elif turn:
            _codex_line(turn, payload, at_ns, model)
    if turn:
        yield turn.record()


def _codex_line(turn: Turn, item: Json, at_ns: int, model: str) -> None:
    key = turn.call.key if turn.call else f"call {len(turn.spans)}"
    facts = {"gen_ai.provider.name": "openai", "gen_ai.request.model": model or None}
    match item.get("type"):
        case "message" if item.get("role") == "assistant":
            turn.answer(key, at_ns, _parts(item), facts)
        case "function_call" | "custom_tool_call":
            part = {
                "type": "tool_call",
                "id": str(item.get("call_id")),
                "name": str(item.get("name")),
                "arguments": item.get("arguments", item.get("input")),
            }
            turn.answer(key, at_ns, [part], facts)
        case "function_call_output" | "custom_tool_call_output":
            turn.result(str(item.get("call_id")), at_ns, _result(item.get("output")))
        case "token_count" if isinstance(item.get("info"), dict) and turn.call:
            turn.answer(key, at_ns, [], _codex_usage(item["info"]))
            turn.close_call()
        case _:
            turn.end_ns = max(turn.end_ns, at_ns)


def _codex_usage(info: Json) -> Json:
    held = info.get("last_token_usage")
    usage: Json = held if isinstance(held, dict) else {}
    names = {
        "input_tokens": "input_tokens",
        "cached_input_tokens": "cache_read.input_tokens",
        "output_tokens": "output_tokens",
        "reasoning_output_tokens": "reasoning.output_tokens",
    }
    return {
        f"gen_ai.usage.{to}": _count(usage[name]) for name, to in names.items() if name in usage
    }


def _blocks(message: Json) -> list[Json]:
    held = message.get("content")
    if isinstance(held, str):
        return [{"type": "text", "text": held}]
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _parts(message: Json) -> list[Json]:
    """What a message says, as canonical parts; results of tools are told apart from it."""
    found: list[Json] = []
    for block in _blocks(message):
        match block.get("type"):
            case "text" | "input_text" | "output_text":
                found.append({"type": "text", "content": str(block.get("text") or "")})
            case "thinking":
                found.append({"type": "reasoning", "content": str(block.get("thinking") or "")})
            case "tool_use":
                found.append(
                    {
                        "type": "tool_call",
                        "id": str(block.get("id")),
                        "name": str(block.get("name")),
                        "arguments": block.get("input"),
                    }
                )
            case _:
                pass  # images, results of tools
    return found


def _result(content: Any) -> str:  # noqa: ANN401 - foreign JSON
    """What a tool gave back as text."""
    if isinstance(content, list):
        texts = [one["text"] for one in content if isinstance(one, dict) and "text" in one]
        if len(texts) == len(content):
            return "\n".join(map(str, texts))
    return _text(content)


def _text(value: Any) -> str:  # noqa: ANN401 - foreign JSON
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _count(value: Any) -> int:  # noqa: ANN401 - foreign JSON
    return value if type(value) is int and value >= 0 else 0
