"""Reads Bedrock's converse requests: as Anthropic's, of which they are another spelling."""

import json
from dataclasses import replace

from clearspan_server.simulator.anthropic_request import parse as parse_anthropic
from clearspan_server.simulator.body import JsonObject, as_list, as_object, fingerprint
from clearspan_server.simulator.models import Model
from clearspan_server.simulator.request import ChatRequest, RefusedError

# The spelling that is read here: https://platform.claude.com/docs/en/api/versioning
VERSION = "2023-06-01"

_MAX_TOKENS = 4096  # where a request says nothing
_NAMES = {
    "maxTokens": "max_tokens",
    "temperature": "temperature",
    "topP": "top_p",
    "stopSequences": "stop_sequences",
}
_NOTHING: dict[str, object] = {}


def parse(model: Model, body: JsonObject) -> ChatRequest:
    """The request. Raises RefusedError naming the field at fault."""
    config = as_object(body.get("inferenceConfig") or _NOTHING, "inferenceConfig")
    asked: dict[str, object] = {"model": model.dated, "max_tokens": _MAX_TOKENS}
    asked |= {_NAMES[name]: value for name, value in config.items() if name in _NAMES}
    asked["messages"] = [
        _message(as_object(item, f"messages.{index}"), f"messages.{index}")
        for index, item in enumerate(as_list(body.get("messages"), "messages"))
    ]
    asked["system"] = _blocks(body.get("system"), "system")
    if body.get("toolConfig") is not None:
        asked |= _tool_config(as_object(body["toolConfig"], "toolConfig"))
    request = parse_anthropic(asked, VERSION)
    identity = fingerprint({**body, "modelId": model.dated})
    return replace(request, provider="bedrock", fingerprint=identity)


def _message(item: JsonObject, where: str) -> JsonObject:
    content = _blocks(item.get("content"), f"{where}.content")
    return {"role": item.get("role"), "content": content}


def _blocks(value: object, where: str) -> list[JsonObject]:
    """Anthropic's blocks; a cache point marks the one before it."""
    blocks: list[JsonObject] = []
    for index, item in enumerate(as_list(value, where)):
        at = f"{where}.{index}"
        block = as_object(item, at)
        if "cachePoint" in block:
            _mark(blocks, block, at)
        else:
            blocks.append(_block(block, at))
    return blocks


def _mark(marked: list[JsonObject], block: JsonObject, where: str) -> None:
    point = as_object(block["cachePoint"], where)
    if not marked:
        raise RefusedError("invalid", "A cache point follows on something to cache.", where)
    control = {"type": "ephemeral", "ttl": point.get("ttl") or "5m"}
    marked[-1] = {**marked[-1], "cache_control": control}


def _block(block: JsonObject, where: str) -> JsonObject:
    if "text" in block:
        return {"type": "text", "text": block["text"]}
    if "toolUse" in block:
        use = as_object(block["toolUse"], where)
        told = {"id": use.get("toolUseId"), "name": use.get("name"), "input": use.get("input")}
        return {"type": "tool_use", **told}
    if "toolResult" in block:
        return _tool_result(as_object(block["toolResult"], where), where)
    if "reasoningContent" in block:
        return {"type": "thinking"}
    for kind in ("image", "document"):
        if kind in block:
            held = as_object(block[kind], where)
            return {"type": kind, "source": {"type": "bytes", **as_object(held["source"], where)}}
    raise RefusedError("invalid", f"The simulator knows no block {sorted(block)}.", where)


def _tool_result(result: JsonObject, where: str) -> JsonObject:
    content: list[JsonObject] = []
    for item in as_list(result.get("content"), f"{where}.content"):
        part = as_object(item, f"{where}.content")
        if "json" in part:
            content.append({"type": "text", "text": json.dumps(part["json"], ensure_ascii=False)})
        else:
            content.append(_block(part, f"{where}.content"))
    return {
        "type": "tool_result",
        "tool_use_id": result.get("toolUseId"),
        "content": content,
        "is_error": result.get("status") == "error",
    }


def _tool_config(config: JsonObject) -> dict[str, object]:
    tools: list[JsonObject] = []
    for index, item in enumerate(as_list(config.get("tools"), "toolConfig.tools")):
        where = f"toolConfig.tools.{index}"
        tool = as_object(item, where)
        if "cachePoint" in tool:
            _mark(tools, tool, where)
            continue
        spec = as_object(tool.get("toolSpec"), f"{where}.toolSpec")
        schema = as_object(spec.get("inputSchema"), f"{where}.toolSpec.inputSchema").get("json")
        told = {"name": spec.get("name"), "description": spec.get("description")}
        tools.append({**told, "input_schema": schema})
    choice = as_object(config.get("toolChoice") or {"auto": {}}, "toolConfig.toolChoice")
    (kind, held), *_ = choice.items()
    named = as_object(held, "toolConfig.toolChoice").get("name")
    chosen = {"type": kind} | ({"name": named} if named else {})
    return {"tools": tools, "tool_choice": chosen}
