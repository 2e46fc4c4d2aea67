"""Writes the simulator's replies: the prose of a support desk, drawn from what the request says.

A reply is put together from a greeting, what the tools found, the passages of the prompt that fit
the question, and a closing line. A passage is a line that begins with `[1]`, `[2]`, …; it is
cited by its number.
"""

import json
import random
import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files

from clearspan_server.simulator.words import closest, keywords, overlap

_PASSAGE = re.compile(r"^\[(\d+)\]\s+(.+)$", re.MULTILINE)
_CUSTOMER = re.compile(r"^(?:customer|name|user):\s*([^\W\d_]+)", re.IGNORECASE | re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_MAX_FACTS = 6

_PHRASES = tomllib.loads((files(__package__) / "prose.toml").read_text("utf-8"))
_GREETINGS: list[str] = _PHRASES["greetings"]
_CLOSINGS: list[str] = _PHRASES["closings"]
_FALLBACKS: list[str] = _PHRASES["fallbacks"]
_TOPICS: list[tuple[str, str]] = [(topic["about"], topic["text"]) for topic in _PHRASES["topics"]]


def reply(
    question: str, context: str, results: Sequence[tuple[str, str]], draw: random.Random
) -> str:
    """An answer to the question from the tools' results and the passages in the context."""
    words = keywords(question)
    found = [describe(tool, result) for tool, result in results]
    cited = _passages(words, context)
    body = [*found, *cited] or [_topic(words, draw)]
    name = _CUSTOMER.search(context)
    greeting = draw.choice(_GREETINGS).format(name=f", {name[1]}" if name else "")
    return " ".join([greeting, *body]) + "\n\n" + draw.choice(_CLOSINGS)


def describe(tool: str, result: str) -> str:
    """One sentence with the facts of a tool's result, JSON or text."""
    label = tool.replace("_", " ").replace("-", " ")
    try:
        value: object = json.loads(result)
    except ValueError:
        value = result
    if isinstance(value, dict) and value.get("error"):
        return f"The step '{label}' did not work ({value['error']}), so I answer from what I have."
    facts = [f"{key} {text}".strip() for key, text in _facts("", value)][:_MAX_FACTS]
    if not facts:
        return f"The step '{label}' found nothing."
    return f"The {label} shows {', '.join(facts)}."


def _facts(name: str, value: object) -> list[tuple[str, str]]:
    """Name and text of each scalar in a JSON value, in order."""
    if isinstance(value, dict):
        return [fact for key, item in value.items() for fact in _facts(str(key), item)]
    if isinstance(value, list):
        return [fact for item in value for fact in _facts(name, item)]
    if value is None:
        return []
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    return [(name.replace("_", " "), text.strip().rstrip("."))]


def _passages(words: Sequence[str], context: str) -> list[str]:
    """The fitting sentences of the two passages closest to the question, with their numbers."""
    options = [(text, (number, text)) for number, text in _PASSAGE.findall(context)]
    cited = []
    for number, text in closest(words, options)[:2]:
        sentences = _SENTENCE_END.split(text)
        best = max(range(len(sentences)), key=lambda i: (overlap(words, sentences[i]), -i))
        chosen = " ".join(sentences[best : best + 2]).rstrip(".")
        cited.append(f"{chosen} [{number}].")
    return cited


def _topic(words: Sequence[str], draw: random.Random) -> str:
    best = closest(words, _TOPICS)
    return best[0] if best else draw.choice(_FALLBACKS)
