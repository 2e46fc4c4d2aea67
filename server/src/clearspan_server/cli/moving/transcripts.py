"""Transcripts of coding agents, the files of their sessions, as spans: turn → model call → tool → its agent.

A turn is a trace and begins with what somebody asked. Ids follow from those that the formats give (of messages, calls,
turns), never from the place in the file: one that has grown, was shortened or goes on under another name gives the same
spans, with what came since. No format is documented: readers (`claude_sessions.py`, `codex_sessions.py`) read what the
agents write now, and pass over lines that they do not know.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from clearspan_server.cli.moving.otlp_spans import attribute, hashed, request_group
from clearspan_server.cli.moving.records import Json, Place, Record, size_of

Line = tuple[Place, Json, int]  # with its time in nanoseconds


@dataclass(slots=True)
class _Call:
    """A model call: its span is written when its turn ends, for more of it may come."""

    key: str
    start_ns: int
    end_ns: int
    asked: list[Json]
    answer: list[Json] = field(default_factory=list)
    facts: Json = field(default_factory=dict)


@dataclass(slots=True)
class Talk:
    """What one agent heard and said: the main conversation of a turn, or a side chain of it."""

    key: str
    agent: str
    start_ns: int
    prompt: str
    parent: str = ""  # the key of the tool call that started it
    end_ns: int = 0
    said: str = ""  # the last that the model wrote
    heard: list[Json] = field(default_factory=list)  # messages since the last call
    calls: dict[str, _Call] = field(default_factory=dict)
    open_call: str = ""  # the key of the call that is still answered
    tools: dict[str, Json] = field(default_factory=dict)  # all of its tool calls, by their ids
    results: dict[str, tuple[int, str, bool]] = field(default_factory=dict)  # when, what, failed

    def __post_init__(self) -> None:
        self.hear("user", {"type": "text", "content": self.prompt})

    def hear(self, role: str, part: Json) -> None:
        """Something that goes to the model with its next call."""
        self.heard.append({"role": role, "parts": [part]})

    def answer(self, key: str, at_ns: int, parts: list[Json], facts: Json) -> None:
        """Part of what a model answered; what has the same key is of the same call."""
        if key not in self.calls:
            asked, self.heard = self.heard, []
            self.calls[key] = _Call(key, min(self.end_ns or self.start_ns, at_ns), at_ns, asked)
        call = self.calls[key]
        self.open_call = key
        call.end_ns = max(call.end_ns, at_ns)
        call.facts |= {name: value for name, value in facts.items() if value is not None}
        self.end_ns = max(self.end_ns, at_ns)
        call.answer += parts
        for part in parts:
            if part["type"] == "text":
                self.said = part["content"]
            if part["type"] == "tool_call":
                self.tools[part["id"]] = part | {"at_ns": at_ns}

    def result(self, call_id: str, at_ns: int, result: str, *, failed: bool = False) -> None:
        """What a tool gave back."""
        self.end_ns = max(self.end_ns, at_ns)
        self.hear("tool", {"type": "tool_call_response", "id": call_id, "response": result})
        if call_id in self.tools:
            self.results[call_id] = at_ns, result, failed


@dataclass(slots=True)
class Turn:
    """What happened from one prompt to the next; spans in OTLP/JSON."""

    agent: str
    session: str
    key: str
    place: Place
    main: Talk
    version: str = ""
    sides: dict[str, Talk] = field(default_factory=dict)  # by the ids of their agents
    lines: dict[str, str] = field(default_factory=dict)  # of side chains: by line, whose it is
    spans: list[Json] = field(default_factory=list)

    @property
    def trace_id(self) -> str:
        return hashed(32, self.agent, self.key)

    def record(self) -> Record:
        """The whole turn."""
        self._write(self.main, "")
        for side in self.sides.values():
            # One whose call is not known stands below the turn.
            self._write(side, side.parent or self.main.key)
        group = request_group(
            "clearspan.transcript",
            self.spans,
            service__name=self.agent,
            service__version=self.version,
        )
        return Record("traces", [group], self.place, size_of(group), {"spans": len(self.spans)})

    def _write(self, talk: Talk, parent: str) -> None:
        """The spans of a conversation: the agent, its calls, and its tools as far as they have answered."""
        for call in talk.calls.values():
            model = call.facts.get("gen_ai.request.model", "")
            said = {
                "clearspan.kind": "llm",
                "gen_ai.operation.name": "chat",
                "gen_ai.input.messages": text_of(call.asked) if call.asked else None,
                "gen_ai.output.messages": text_of([{"role": "assistant", "parts": call.answer}]),
                **call.facts,
            }
            times = call.start_ns, call.end_ns
            self._add(talk, (call.key, talk.key), f"chat {model}".strip(), times, said)
        for call_id, (at_ns, result, failed) in talk.results.items():
            begun = talk.tools[call_id]
            said = {
                "clearspan.kind": "tool",
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": begun["name"],
                "gen_ai.tool.call.id": call_id,
                "gen_ai.tool.call.arguments": text_of(begun["arguments"]),
                "gen_ai.tool.call.result": result,
            }
            name, times = f"execute_tool {begun['name']}", (begun["at_ns"], at_ns)
            self._add(talk, (call_id, talk.key), name, times, said, failed=failed)
        said = {
            "clearspan.kind": "agent",
            "gen_ai.operation.name": "invoke_agent",
            "clearspan.input": talk.prompt,
            "clearspan.output": talk.said or None,
        }
        times = talk.start_ns, talk.end_ns
        self._add(talk, (talk.key, parent), f"invoke_agent {talk.agent}", times, said)

    def _add(
        self,
        talk: Talk,
        keys: tuple[str, str],
        name: str,
        times: tuple[int, int],
        said: Json,
        *,
        failed: bool = False,
    ) -> None:
        """A span under a key; the second one is its parent's, "" of a root."""
        attributes = {**said, "session.id": self.session, "gen_ai.agent.name": talk.agent}
        ids = [hashed(16, self.trace_id, key) if key else "" for key in keys]
        self.spans.append(
            {
                "traceId": self.trace_id,
                "spanId": ids[0],
                "parentSpanId": ids[1],
                "name": name,
                "startTimeUnixNano": str(times[0]),
                "endTimeUnixNano": str(max(times)),
                "status": {"code": 2} if failed else {},
                "attributes": [
                    attribute(one, value) for one, value in attributes.items() if value is not None
                ],
            }
        )


def blocks(message: Json) -> list[Json]:
    """The content of a message, in blocks."""
    held = message.get("content")
    if isinstance(held, str):
        return [{"type": "text", "text": held}]
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def parts_of(message: Json) -> list[Json]:
    """What a message says, as canonical parts; results of tools are told apart from it."""
    found: list[Json] = []
    for block in blocks(message):
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


def result_of(content: Any) -> str:  # noqa: ANN401 - foreign JSON
    """What a tool gave back as text."""
    if isinstance(content, list):
        texts = [one["text"] for one in content if isinstance(one, dict) and "text" in one]
        if len(texts) == len(content):
            return "\n".join(map(str, texts))
    return text_of(content)


def text_of(value: Any) -> str:  # noqa: ANN401 - foreign JSON
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def count_of(value: Any) -> int:  # noqa: ANN401 - foreign JSON
    """A count, 0 where it is none."""
    return value if type(value) is int and value >= 0 else 0
