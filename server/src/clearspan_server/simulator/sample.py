"""Fills a JSON Schema with values that a conversation makes plausible."""

import json
import random
import re
from collections.abc import Mapping

from clearspan_server.simulator.words import closest, keywords, stems

_MAX_DEPTH = 6
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_IDENTIFIER = re.compile(r"\b[A-Z]{1,4}-?\d{3,}\b")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
# Fifteen digits are what a float tells apart; a run of hundreds would be infinite.
_NUMBER = re.compile(r"(?<![\w.-])\d{1,15}(?:\.\d{1,15})?(?![\w-])")
_PLACE = re.compile(r"\b(?:in|to|from|for|at)\s+([A-Z]\w+(?:\s[A-Z]\w+)*)")
_NO: Mapping[str, object] = {}


class Sampler:
    """Draws values for one request: `topic` is what the user asks, `context` all that was said."""

    def __init__(self, topic: str, context: str, draw: random.Random) -> None:
        self._topic = topic
        self._context = context
        self._draw = draw
        self._root: Mapping[str, object] = _NO

    def json(self, schema: Mapping[str, object]) -> str:
        """JSON text of a value of the schema."""
        self._root = schema
        return json.dumps(self._value("", schema, 0), ensure_ascii=False)

    def _value(self, name: str, schema: Mapping[str, object], depth: int) -> object:
        schema = self._resolved(schema)
        for key in ("const", "default"):
            if key in schema:
                return schema[key]
        for key in ("enum", "examples"):
            options = schema.get(key)
            if isinstance(options, list) and options:
                return self._choice(options)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((option for option in kind if option != "null"), "null")
        if kind == "object" or "properties" in schema:
            return self._object(schema, depth)
        if kind == "array":
            items = _mapping(schema.get("items"))
            return [] if depth >= _MAX_DEPTH else [self._value(name, items, depth + 1)]
        return self._scalar(name, kind, schema)

    def _scalar(self, name: str, kind: object, schema: Mapping[str, object]) -> object:
        if kind == "boolean":
            hints = f"{name.replace('_', ' ')} {schema.get('description', '')}"
            return bool(stems(self._topic) & stems(hints))
        if kind in ("integer", "number"):
            value = self._number(schema)
            return int(value) if kind == "integer" else value
        if kind == "null":
            return None
        return self._string(name.lower(), schema)

    def _object(self, schema: Mapping[str, object], depth: int) -> dict[str, object]:
        if depth >= _MAX_DEPTH:
            return {}
        properties = _mapping(schema.get("properties"))
        required = schema.get("required")
        names = required if isinstance(required, list) and required else list(properties)
        return {
            str(name): self._value(str(name), _mapping(properties.get(name)), depth + 1)
            for name in names
        }

    def _choice(self, options: list[object]) -> object:
        named = [(str(option).replace("_", " "), option) for option in options]
        best = closest(self._topic, named)
        return best[0] if best else self._draw.choice(options)

    def _number(self, schema: Mapping[str, object]) -> float:
        said = _NUMBER.findall(self._topic)
        low, high = schema.get("minimum"), schema.get("maximum")
        value = float(said[0]) if said else float(self._draw.randint(1, 5))
        if isinstance(low, int | float):
            value = max(value, low)
        return min(value, high) if isinstance(high, int | float) else value

    def _string(self, name: str, schema: Mapping[str, object]) -> str:
        if "mail" in name:
            return self._said(_EMAIL, "customer@example.com")
        if "date" in name or schema.get("format") == "date":
            return self._said(_DATE, "2026-11-21")
        if name.endswith(("id", "number", "reference")):
            return self._said(_IDENTIFIER, f"A-{self._draw.randint(1000, 9999)}")
        if name in ("city", "location", "place", "country"):
            return self._said(_PLACE, "Rotterdam")
        if any(part in name for part in ("query", "search", "keyword", "topic")):
            return " ".join(keywords(self._topic)[:6]) or self._topic
        return self._topic.strip().split("\n")[0][:160] or name

    def _said(self, pattern: re.Pattern[str], otherwise: str) -> str:
        """The first match in the question, else the latest in the conversation."""
        in_topic, anywhere = pattern.findall(self._topic), pattern.findall(self._context)
        return str([*in_topic[:1], *anywhere[-1:], otherwise][0])

    def _resolved(self, schema: Mapping[str, object]) -> Mapping[str, object]:
        for _ in range(_MAX_DEPTH):
            reference = schema.get("$ref")
            options = schema.get("anyOf") or schema.get("oneOf")
            if isinstance(reference, str):
                schema = self._referred(reference)
            elif isinstance(options, list) and options:
                real = [option for option in map(_mapping, options) if option.get("type") != "null"]
                schema = real[0] if real else _NO
            else:
                break
        return schema

    def _referred(self, reference: str) -> Mapping[str, object]:
        found = self._root
        for step in reference.removeprefix("#").strip("/").split("/"):
            found = _mapping(found.get(step)) if step else found
        return found


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else _NO
