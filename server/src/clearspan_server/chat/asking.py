"""One call of a model: what is asked, through the gateway of this process, and what comes back."""

import asyncio
import importlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp

from clearspan_server.gateway.credentials import Admission
from clearspan_server.gateway.headers import Told
from clearspan_server.gateway.inside import Inside
from clearspan_server.ingest.admission import IngestAccess
from clearspan_server.store.catalog import ApiKey

SENDER = "clearspan"

Part = Mapping[str, Any]
Heard = Callable[[str, str], None]  # "text", "reasoning" or "arguments", and the next piece of it


@dataclass(slots=True, frozen=True)
class Provider:
    """Whom the gateway asks under `name`; `form` says which client speaks to it, below `base_path`."""

    name: str
    form: str  # openai, anthropic, gemini
    base_path: str


@dataclass(slots=True, frozen=True)
class Said:
    """A message in canonical form: a role, and parts as spans have them."""

    role: str
    parts: Sequence[Part]


@dataclass(slots=True, frozen=True)
class Tool:
    """A tool that the model may call; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(slots=True, frozen=True)
class Question:
    """A request in nobody's format; parameters have the names of spans (`max_tokens`, …) or the provider's own."""

    provider: Provider
    model: str
    messages: Sequence[Said]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: Sequence[Tool] = ()


@dataclass(slots=True, frozen=True)
class Talk:
    """What is being said to models, or was and is remembered: by whom, in which traces, and what came."""

    id: str
    session: str
    user: str
    trace_ids: frozenset[str]
    messages: Sequence[Said]
    answers: Sequence[str]

    def texts(self) -> Iterator[str]:
        """All that is said in it, but files."""
        yield from self.answers
        for message in self.messages:
            for part in message.parts:
                if part.get("type") == "text":
                    yield str(part.get("content"))
                elif part.get("type") != "blob":
                    yield json.dumps(dict(part), ensure_ascii=False)


@dataclass(slots=True, frozen=True)
class Called:
    """A tool that the model wants to be called; the arguments as it wrote them."""

    id: str
    name: str
    arguments: str


@dataclass(slots=True, frozen=True)
class Ending:
    """What is known at the end of an answer, beside its text."""

    finish_reason: str = ""
    tool_calls: tuple[Called, ...] = ()


class Refused(Exception):
    """There is no answer, or no whole one; in the provider's own words."""


def new_trace_id() -> str:
    """The id under which a call will be recorded."""
    return secrets.token_hex(16)


def inside(project: str, told: Told, trace_id: str, key: ApiKey | None = None) -> Inside:
    """Who calls: somebody of this project who may spend the keys of this server, a program within its key's limits."""
    environment = key.environment if key else ""
    access = IngestAccess(project=project, environment=environment, sender=SENDER)
    return Inside(Admission(access, spends=True, key=key), told, trace_id)


async def ask(gateway: ASGIApp, within: Inside, question: Question, heard: Heard) -> Ending:
    """Ask, and tell of each piece as it comes; whoever is cancelled here has left, for the provider, too.

    Raises:
        Refused: the provider did not answer, or broke off.
    """
    # A second, and only for those who ask a model: not at the start, and not on the event loop.
    library = await asyncio.to_thread(importlib.import_module, "clearspan_server.chat.library")
    ending: Ending = await library.ask(gateway, within, question, heard)
    return ending
