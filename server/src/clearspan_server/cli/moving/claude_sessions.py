"""Sessions of Claude Code: `~/.claude/projects/…/SESSION.jsonl`.

Each agent that a tool call started has a side chain, in the same file or in `SESSION/subagents/agent-ID.jsonl` or
`agent-ID.jsonl` beside it, which is read with it.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clearspan_server.cli.moving.otlp_spans import nanoseconds
from clearspan_server.cli.moving.records import Json, Place, Record, Untaken
from clearspan_server.cli.moving.transcripts import (
    Line,
    Talk,
    Turn,
    blocks,
    count_of,
    parts_of,
    result_of,
)

_AGENT = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what may be part of a file's name
_MOST_AGENT_LINES = 200_000  # of a side chain in a file of its own


def is_claude_code(value: Any) -> bool:  # noqa: ANN401 - foreign JSON
    """Whether it is a line of a session of Claude Code's."""
    known = isinstance(value, dict) and {"sessionId", "uuid", "type", "message"} <= value.keys()
    return known and isinstance(value["message"], dict)


def records(values: Iterator[tuple[Place, Any]]) -> Iterator[Record | Untaken]:
    """A record for each turn; none of a side chain's own file where that of its session lies beside it."""
    turn: Turn | None = None
    is_alone = False  # a side chain without its session
    for one in _claude_lines(values):
        if isinstance(one, Untaken):
            yield one
            continue
        place, line, at_ns = one
        is_side = bool(line.get("isSidechain"))
        if turn is None and is_side and _main_of(place, line) is not None:
            return
        prompt = "" if line.get("isCompactSummary") else _claude_prompt(line)
        if prompt and (turn is None or not is_side):
            if turn:
                yield turn.record()
            main = Talk("turn", "claude-code", at_ns, prompt)
            ids = str(line["sessionId"]), str(line["uuid"])
            turn = Turn("claude-code", *ids, place, main, str(line.get("version") or ""))
            is_alone = is_side
        elif turn and is_side and not is_alone:
            _side_line(turn, line, at_ns)
        elif turn:
            _claude_line(turn, turn.main, line, at_ns)
    if turn:
        yield turn.record()


def _claude_lines(values: Iterator[tuple[Place, Any]]) -> Iterator[Untaken | Line]:
    """What was said, each once: a session that was resumed may hold what was said before once more."""
    seen: set[str] = set()
    for place, value in values:
        if not isinstance(value, dict) or "type" not in value:
            yield Untaken(place, "it is no line of a session")
        elif not is_claude_code(value) or value.get("isMeta") or str(value["uuid"]) in seen:
            continue  # summaries, snapshots of files and the like
        elif (at_ns := nanoseconds(value.get("timestamp"))) is None:
            yield Untaken(place, "its timestamp cannot be read", 1, "line")
        else:
            seen.add(str(value["uuid"]))
            yield place, value, at_ns


def _claude_prompt(line: Json) -> str:
    """What somebody asked; "" of any other line."""
    if line["type"] != "user":
        return ""
    texts = [part["content"] for part in parts_of(line["message"]) if part["type"] == "text"]
    return "\n".join(texts)


def _claude_line(turn: Turn, talk: Talk, line: Json, at_ns: int) -> None:
    message: Json = line["message"]
    if line["type"] == "assistant":
        key = str(message.get("id") or line.get("requestId") or line["uuid"])
        talk.answer(key, at_ns, parts_of(message), _claude_facts(message))
        return
    for block in blocks(message):
        if block.get("type") == "tool_result":
            call_id = str(block.get("tool_use_id"))
            failed = bool(block.get("is_error"))
            talk.result(call_id, at_ns, result_of(block.get("content")), failed=failed)
            given = line.get("toolUseResult")
            agent = given.get("agentId") if isinstance(given, dict) else None
            if isinstance(agent, str) and _AGENT.fullmatch(agent):
                _join_side(turn, talk, call_id, agent)
        elif block.get("type") == "text":
            talk.hear("user", {"type": "text", "content": str(block.get("text") or "")})


def _side_line(turn: Turn, line: Json, at_ns: int) -> None:
    """A line of a side chain: of an agent by its id, in older files by the line that it follows."""
    agent, parent = line.get("agentId"), str(line.get("parentUuid"))
    known = turn.lines.get(parent, f"chain {line['uuid']}")
    key = str(agent) if isinstance(agent, str) else known
    turn.lines[str(line["uuid"])] = key
    if key not in turn.sides:
        prompt = _claude_prompt(line)
        turn.sides[key] = Talk(f"agent {key}", "claude-code", at_ns, prompt)
        # Until a result names the agent, what it was asked tells which call started it.
        _name_side(turn.sides[key], *_starter(turn, prompt))
        if prompt:
            return
    _claude_line(turn, turn.sides[key], line, at_ns)


def _starter(turn: Turn, prompt: str) -> tuple[str, Json | None]:
    """The tool call that asked an agent exactly this and has no agent yet."""
    taken = {side.parent for side in turn.sides.values()}
    for talk in (turn.main, *turn.sides.values()):
        for call_id, tool in talk.tools.items():
            asked = tool["arguments"]
            if call_id not in taken and isinstance(asked, dict) and asked.get("prompt") == prompt:
                return call_id, tool
    return "", None


def _name_side(side: Talk, call_id: str, tool: Json | None) -> None:
    """Where a side chain hangs, and what its agent is called."""
    side.parent = call_id or side.parent
    asked = tool["arguments"] if tool else None
    if isinstance(asked, dict) and isinstance(asked.get("subagent_type"), str):
        side.agent = asked["subagent_type"]


def _join_side(turn: Turn, talk: Talk, call_id: str, agent: str) -> None:
    """Hang the chain of an agent below the tool call whose result names it; read its own file, where it has one."""
    if agent not in turn.sides:
        for line in _agent_lines(turn, agent):
            at_ns = nanoseconds(line.get("timestamp"))
            if at_ns is not None:
                _side_line(turn, line | {"agentId": agent}, at_ns)
    if agent in turn.sides:
        _name_side(turn.sides[agent], call_id, talk.tools.get(call_id))


def _agent_lines(turn: Turn, agent: str) -> Iterator[Json]:
    """The lines of an agent's own file beside that of the session."""
    main = Path(turn.place.file)
    for path in (main.with_suffix("") / "subagents", main.parent):
        try:
            file = (path / f"agent-{agent}.jsonl").open(encoding="utf-8", errors="replace")
        except OSError:
            continue
        with file:
            for _, text in zip(range(_MOST_AGENT_LINES), file, strict=False):
                try:
                    line = json.loads(text)
                except (ValueError, RecursionError):
                    continue  # half a line: the agent is still writing
                if is_claude_code(line) and line["sessionId"] == turn.session:
                    yield line
        return


def _main_of(place: Place, line: Json) -> Path | None:
    """The file of the session that a side chain's own file belongs to, where it is there."""
    own = Path(place.file)
    name = f"{line['sessionId']}.jsonl"
    places = (own.parent / name, own.parent.parent.parent / name)
    return next((one for one in places if one != own and one.is_file()), None)


def _claude_facts(message: Json) -> Json:
    """Model and usage; cached tokens are counted beside the input there, and are part of it here."""
    held = message.get("usage")
    usage: Json = held if isinstance(held, dict) else {}
    read, written = (
        count_of(usage.get(f"cache_{name}_input_tokens")) for name in ("read", "creation")
    )
    plain = count_of(usage.get("input_tokens"))
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
        "gen_ai.usage.output_tokens": count_of(usage.get("output_tokens")) if usage else None,
    }
