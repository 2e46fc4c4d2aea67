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

from clearspan_server.simulator.words import closest, ranked

_PASSAGE = re.compile(r"^\[(\d+)\]\s+(.+)$", re.MULTILINE)
_CUSTOMER = re.compile(r"^(?:customer|name|user):\s*([^\W\d_]+)", re.IGNORECASE | re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_MAX_FACTS = 6
_MAX_PASSAGES = 2
_AS_GOOD = 0.7  # the second passage is cited if it shares this part of the first one's words

_PHRASES = tomllib.loads((files(__package__) / "prose.toml").read_text("utf-8"))
_THOUGHT: str = _PHRASES["thought"]
_GREETINGS: list[str] = _PHRASES["greetings"]
_CLOSINGS: list[str] = _PHRASES["closings"]
_FALLBACKS: list[str] = _PHRASES["fallbacks"]
_TOPICS: list[tuple[str, str]] = [(topic["about"], topic["text"]) for topic in _PHRASES["topics"]]


def reply(
    question: str, context: str, results: Sequence[tuple[str, str]], draw: random.Random
) -> str:
    """An answer to the question from the tools' results and the passages in the context."""
    found = [describe(tool, result) for tool, result in results]
    cited = _passages(question, context)
    body = [*found, *cited] or [_topic(question, draw)]
    name = _CUSTOMER.search(context)
    greeting = draw.choice(_GREETINGS).format(name=f", {name[1]}" if name else "")
    return " ".join([greeting, *body]) + "\n\n" + draw.choice(_CLOSINGS)


def thought(count: int) -> str:
    """Text of that many tokens, such as a model thinks before it answers."""
    return (_THOUGHT * (count * 4 // len(_THOUGHT) + 1))[: count * 4]


def describe(tool: str, result: str) -> str:
    """One sentence with the facts of a tool's result: its own `summary` if it has one."""
    label = tool.replace("_", " ").replace("-", " ")
    try:
        value: object = json.loads(result)
    except ValueError:
        value = result
    if isinstance(value, dict) and value.get("error"):
        return f"I could not look into the {label} just now, so I answer from what I have."
    if isinstance(value, dict) and isinstance(value.get("summary"), str):
        return str(value["summary"])
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


def _passages(question: str, context: str) -> list[str]:
    """The fitting sentences of the closest passages, at most two, with their numbers."""
    options = [(text, (number, text)) for number, text in _PASSAGE.findall(context)]
    fitting = ranked(question, options)[:_MAX_PASSAGES]
    cited = []
    for shared, (number, text) in fitting:
        if shared < fitting[0][0] * _AS_GOOD:
            break
        sentences = list(enumerate(_SENTENCE_END.split(text)))
        best = closest(question, [(sentence, at) for at, sentence in sentences])[0]
        chosen = " ".join(sentence for _, sentence in sentences[best : best + 2]).rstrip(".")
        cited.append(f"{chosen} [{number}].")
    return cited


def _topic(question: str, draw: random.Random) -> str:
    best = closest(question, _TOPICS)
    return best[0] if best else draw.choice(_FALLBACKS)
