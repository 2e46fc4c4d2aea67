"""Somebody who talks to models through the API: in conversations, and in the playground."""

import json
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from asking import Answer, ask, bearer
from passing import END, OPEN_STREAM, Passing, event
from running import PATIENCE_S, until
from simulated import Json

CHAT_PATH = "/v1/chat/completions"


@dataclass(slots=True)
class Sse:
    """One server-sent event."""

    kind: str
    number: int
    data: Json


@dataclass(slots=True)
class Script:
    """An answer of the scripted provider, of which the test lets go one piece after the other."""

    pieces: list[str]
    goes_on: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __call__(self) -> Iterator[bytes]:
        yield OPEN_STREAM
        for piece in self.pieces:
            self.goes_on.acquire(timeout=PATIENCE_S)
            yield event(piece)
        self.goes_on.acquire(timeout=PATIENCE_S)
        yield END + b"0\r\n\r\n"

    def let_go(self, count: int) -> None:
        self.goes_on.release(count)

    def all(self) -> None:
        self.goes_on.release(len(self.pieces) + 1)


class Talker:
    """The install's owner, or whoever has other headers, in a project of its own."""

    def __init__(self, passing: Passing, headers: dict[str, str] | None = None) -> None:
        self.passing, self.server = passing, passing.server
        self.project = f"chat-{uuid.uuid4().hex}"
        self.headers = bearer(self.server.token) if headers is None else headers

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Answer:
        more = "".join(f"&{name}={value}" for name, value in query.items())
        where = f"/api/v1{path}?project={self.project}{more}"
        return ask(self.server, method, where, self.headers, body)

    def begin(self, provider: str = "openai", model: str = "gpt-4o", **more: Any) -> str:
        """A new conversation, by its id."""
        made = self.ask("POST", "/conversations", {"provider": provider, "model": model, **more})
        assert made.status == 201, made.body
        return str(made.body["id"])

    def say(
        self, conversation: str, text: str, parent: str | None = None, **more: Any
    ) -> tuple[Json, Json]:
        """Ask; the question, and the answer as it begins."""
        told = self.ask(
            "POST",
            f"/conversations/{conversation}/messages",
            {"text": text, "parent": parent, **more},
        )
        assert told.status == 202, told.body
        return told.body["question"], told.body["answer"]

    def answered(self, conversation: str, message: Json) -> Json:
        """The answer when it is over."""

        def over() -> Json | None:
            found = {one["id"]: one for one in self.read(conversation)["messages"]}
            one: Json = found[message["id"]]
            return one if one["status"] != "answering" else None

        done: Json = until(over)
        return done

    def read(self, conversation: str) -> Json:
        found: Json = self.ask("GET", f"/conversations/{conversation}").body
        return found

    def figures(self, conversation: str, count: int) -> Json:
        """The figures of a conversation, once so many answers are recorded."""

        def known() -> Json | None:
            found: Json = self.ask("GET", f"/conversations/{conversation}/figures").body
            return found if len(found["answers"]) == count else None

        found: Json = until(known)
        return found

    def events(self, path: str, after: int = 0) -> Iterator[Sse]:
        """The events of a stream until it ends."""
        where = f"{self.server.url}/api/v1{path}?project={self.project}&after={after}"
        request = urllib.request.Request(where, headers=self.headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
            told: dict[str, str] = {}
            for line in reply:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    told[name] = value
                elif "event" in told:
                    yield Sse(told["event"], int(told["id"]), json.loads(told["data"]))
                    told = {}
                else:
                    told = {}

    def heard(self, conversation: str, message: Json, after: int = 0) -> Iterator[Sse]:
        """The events of an answer."""
        return self.events(f"/conversations/{conversation}/answers/{message['id']}/events", after)

    def scripted(self, *pieces: str) -> Script:
        """What the scripted provider answers next."""
        script = Script(list(pieces))
        self.passing.provider.on(CHAT_PATH, script)
        return script

    def asked(self) -> Json:
        """The body of the latest request to the scripted provider."""
        told: Json = json.loads(self.passing.provider.last(CHAT_PATH).body)
        return told
