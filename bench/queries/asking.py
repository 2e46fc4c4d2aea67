"""Clients that ask from a process of their own, each over a connection that is kept, and wait for each answer.

    python -m bench.queries.asking QUESTIONS http://127.0.0.1:4318 --clients 4

prints the milliseconds of every answer by kind, and what failed, as JSON. A token is read from BENCH_TOKEN.
"""

import argparse
import http.client
import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.processes import measure
from bench.queries.questions import Question, read, write

CLIENTS = 4
LIMIT_S = 100.0

_TIMEOUT_S = 60.0


@dataclass(slots=True)
class Answers:
    """What the clients heard: the milliseconds of good answers by kind, and how long all took."""

    ms: dict[str, list[float]] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def percentile_ms(self, kind: str, share: float) -> float:
        """The time that `share` of the answers of a kind did not exceed."""
        ordered = sorted(self.ms[kind])
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def together(parts: Iterable[Answers]) -> Answers:
    """Answers of several askings, whose kinds differ, one after the other."""
    whole = Answers()
    for one in parts:
        whole.ms |= one.ms
        whole.bytes |= one.bytes
        whole.errors += one.errors
        whole.seconds += one.seconds
    return whole


def ask(
    questions: Sequence[Question], url: str, folder: Path, token: str = "", *, pause_s: float = 0
) -> Answers:
    """Ask everything, or what the time allows, by way of a file in `folder`; each answer is looked at for a while."""
    path = folder / "questions.jsonl"
    write(questions, path)
    options = ("--pause-s", pause_s)
    found = measure("queries.asking", path, url, *options, environment={"BENCH_TOKEN": token})
    return Answers(**found)


class _Asking:
    """Questions shared out to clients."""

    def __init__(
        self, url: str, questions: Iterator[Question], headers: Mapping[str, str], pause_s: float
    ) -> None:
        self._parts = urlsplit(url)
        self._questions = questions
        self._headers = dict(headers)
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._ms: defaultdict[str, list[float]] = defaultdict(list)
        self._bytes: defaultdict[str, int] = defaultdict(int)
        self._errors: list[str] = []
        self._deadline = 0.0

    def run(self, clients: int) -> Answers:
        begun_s = time.perf_counter()
        self._deadline = begun_s + LIMIT_S
        threads = [threading.Thread(target=self._ask_all) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - begun_s
        return Answers(dict(self._ms), dict(self._bytes), self._errors, seconds)

    def _ask_all(self) -> None:
        host, port = str(self._parts.hostname), self._parts.port
        connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
        while (question := self._next()) is not None and time.perf_counter() < self._deadline:
            begun_s = time.perf_counter()
            try:
                size, error = self._answer(connection, question)
            except (OSError, http.client.HTTPException) as failure:
                size, error = 0, f"{type(failure).__name__}: {failure}"
                connection.close()
            took_ms = (time.perf_counter() - begun_s) * 1e3
            with self._lock:
                if error:
                    self._errors.append(f"{question.path}: {error}")
                else:
                    self._ms[question.kind].append(took_ms)
                    self._bytes[question.kind] += size
            time.sleep(self._pause_s)
        connection.close()

    def _next(self) -> Question | None:
        with self._lock:
            return next(self._questions, None)

    def _answer(
        self, connection: http.client.HTTPConnection, question: Question
    ) -> tuple[int, str]:
        """How many bytes came, and what was wrong with them; an answer of GraphQL may hide an error."""
        method = "POST" if question.body else "GET"
        connection.request(method, question.path, question.body or None, self._headers)
        answer = connection.getresponse()
        said = answer.read()
        is_good = answer.status == 200 and not (question.body and b'"errors"' in said[:200])
        return len(said), "" if is_good else f"HTTP {answer.status}: {said[:200]!r}"


def main() -> None:
    """Reads the questions first, so that only asking is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("url")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--pause-s", type=float, default=0.0)
    given = parser.parse_args()
    token = os.environ.get("BENCH_TOKEN", "")
    headers = {"content-type": "application/json"}
    headers |= {"authorization": f"Bearer {token}"} if token else {}
    questions = list(read(given.questions))
    asking = _Asking(given.url, iter(questions), headers, given.pause_s)
    print(json.dumps(asdict(asking.run(given.clients))))


if __name__ == "__main__":
    main()
