"""Sessions of Codex: `~/.codex/sessions/…/rollout-….jsonl`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clearspan_server.cli.moving.otlp_spans import nanoseconds
from clearspan_server.cli.moving.records import Json, Place, Record, Untaken
from clearspan_server.cli.moving.transcripts import Line, Talk, Turn, count_of, parts_of, result_of


def is_codex(value: Any) -> bool:  # noqa: ANN401 - foreign JSON
    """Whether it is a line of a session of Codex's."""
    kinds = ("session_meta", "response_item", "event_msg", "turn_context")
    return isinstance(value, dict) and "payload" in value and value.get("type") in kinds


_BEGINS = ("task_started", "turn_started")
_ENDS = ("task_complete", "turn_complete", "turn_aborted")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(slots=True)
class _Told:
    """What lines of a session of Codex's have told of those that follow."""

    session: str = ""
    version: str = ""
    model: str = ""
    turn_id: str = ""

    def hear(self, kind: str, payload: Json) -> None:
        """Remember what a line tells; of a fork the first `session_meta` is its own."""
        if kind == "session_meta" and not self.session:
            self.session = str(payload.get("id") or "")
            self.version = str(payload.get("cli_version") or "")
        if kind == "turn_context":
            self.model = str(payload.get("model") or self.model)
        if kind == "turn_context" or payload.get("type") in _BEGINS:
            self.turn_id = str(payload.get("turn_id") or self.turn_id)
        if payload.get("type") in _ENDS:
            self.turn_id = ""

    def key(self, otherwise: str) -> str:
        """A turn is known by its own id, which a fork of the session repeats; older ones count in their session."""
        if _UUID.fullmatch(self.turn_id):
            return self.turn_id
        return f"{self.session} {self.turn_id or otherwise}"


def records(values: Iterator[tuple[Place, Any]]) -> Iterator[Record | Untaken]:
    """A record for each turn."""
    told, turn = _Told(), None
    for one in _codex_lines(values):
        if isinstance(one, Untaken):
            yield one
            continue
        place, value, at_ns = one
        payload: Json = value["payload"]
        told.hear(value["type"], payload)
        if value["type"] != "event_msg" or payload.get("type") != "user_message":
            if turn:
                _codex_line(turn.main, payload, at_ns, told.model)
            continue
        prompt = str(payload.get("message") or "")
        key = told.key(f"{at_ns} {prompt}")
        if turn and turn.key == key:  # said while it worked
            turn.main.hear("user", {"type": "text", "content": prompt})
            continue
        if turn:
            yield turn.record()
        main = Talk("turn", "codex", at_ns, prompt)
        turn = Turn("codex", told.session or place.file, key, place, main, told.version)
    if turn:
        yield turn.record()


def _codex_lines(values: Iterator[tuple[Place, Any]]) -> Iterator[Untaken | Line]:
    for place, value in values:
        if not isinstance(value, dict) or not isinstance(value.get("payload"), dict):
            yield Untaken(place, "it is no line of a session")
        elif (at_ns := nanoseconds(value.get("timestamp"))) is None:
            yield Untaken(place, "its timestamp cannot be read", 1, "line")
        elif "type" in value:
            yield place, value, at_ns


def _codex_line(talk: Talk, item: Json, at_ns: int, model: str) -> None:
    own = item.get("id") or item.get("call_id") or at_ns
    key = talk.open_call or f"call {own}"
    facts = {"gen_ai.provider.name": "openai", "gen_ai.request.model": model or None}
    match item.get("type"):
        case "message" if item.get("role") == "assistant":
            talk.answer(key, at_ns, parts_of(item), facts)
        case "reasoning" if isinstance(item.get("summary"), list):
            talk.answer(key, at_ns, _thoughts(item["summary"]), facts)
        case "function_call" | "custom_tool_call" | "local_shell_call" if item.get("call_id"):
            part = {
                "type": "tool_call",
                "id": str(item["call_id"]),
                "name": str(item.get("name") or "local_shell"),
                "arguments": item.get("arguments", item.get("input", item.get("action"))),
            }
            talk.answer(key, at_ns, [part], facts)
        case "function_call_output" | "custom_tool_call_output":
            talk.result(str(item.get("call_id")), at_ns, result_of(item.get("output")))
        case "token_count" if isinstance(item.get("info"), dict) and talk.open_call:
            talk.answer(key, at_ns, [], _codex_usage(item["info"]))
            talk.open_call = ""
        case _:
            talk.end_ns = max(talk.end_ns, at_ns)


def _thoughts(summary: list[Any]) -> list[Json]:
    texts = [str(one["text"]) for one in summary if isinstance(one, dict) and one.get("text")]
    return [{"type": "reasoning", "content": text} for text in texts]


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
        f"gen_ai.usage.{to}": count_of(usage[name]) for name, to in names.items() if name in usage
    }
