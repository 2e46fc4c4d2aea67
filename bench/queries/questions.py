"""What is asked: the questions of our pages at a folder's size, with parameters that vary; the same in every run."""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

ROUNDS = 200  # of each kind

_SEED = 20_263
_HOUR_MS = 3_600_000
_WIDTHS_MS = (_HOUR_MS, 24 * _HOUR_MS, 7 * 24 * _HOUR_MS)
_WORDS = (
    *(
        "iterator",
        "timezone",
        "socket",
        "decorator",
        "subprocess",
        "ascii",
        "locale",
        "checksum",
        "hexdigest",
    ),
    *(
        "the file",
        "command line",
        "raise an exception",
        "regular expression",
        "Gregorian calendar",
        "SMTP",
    ),
)
_FILTERS = (
    "kind:llm model:gpt-4o*",
    "kind:tool name:execute_tool*",
    "cost>0.004",
    "status:error",
    "error_type:RateLimitError",
    "latency>20s tokens>6k",
    'user:"user-{user}"',
    'session:"sess-{session}"',
    'attr["app.experiment"]=A cost>0.003',
    "model:claude* -status:error feature:checkout",
    "(feature:search OR feature:summary) tokens>7k",
)
_USERS, _SESSIONS = 4_000, 20_000
_COST_BY = ("model", "feature", "user")


@dataclass(slots=True, frozen=True)
class Question:
    """A request; `body` is JSON to post, empty for a GET."""

    kind: str
    path: str
    body: str = ""


@dataclass(slots=True, frozen=True)
class Known:
    """What a folder holds: when its spans end, some traces, and how many copies of how many traces it is made of."""

    spans: int
    to_ns: int
    trace_ids: list[str]
    big_trace_id: str
    copies: int
    traces_a_copy: int


def order_number(copy: int, trace: int) -> str:
    """A word that only one trace has, in a question, in the calls and in the searches that follow from it."""
    return f"R{trace:05d}Q{copy:05d}"


class Asker:
    """Chooses parameters, the same ones in every run."""

    def __init__(self, known: Known, now_ms: int) -> None:
        self._known = known
        self._now_ms = now_ms
        self._random = random.Random(_SEED)

    def questions(self, kinds: Iterable[str]) -> list[Question]:
        """`ROUNDS` of each of these kinds, in an order without a pattern."""
        found = [
            Question(kind, self._path(*KINDS[kind](self, number)))
            for kind in kinds
            for number in range(ROUNDS)
        ]
        self._random.shuffle(found)
        return found

    def _path(self, noun: str, asked: Sequence[tuple[str, object]] = ()) -> str:
        return f"/api/v1/{noun}?{urlencode(asked)}" if asked else f"/api/v1/{noun}"

    def window(self, number: int) -> list[tuple[str, object]]:
        """An hour, a day and a week in turns; every other one ends now."""
        width_ms = _WIDTHS_MS[number % 3]
        to_ms = self._now_ms
        if number % 2:
            most_ms = 7 * 24 * _HOUR_MS - width_ms
            to_ms = self._known.to_ns // 1_000_000 - self._random.randrange(most_ms + 1)
        return [("from", to_ms - width_ms), ("to", to_ms)]

    def lists(self, number: int) -> tuple[str, list[tuple[str, object]]]:
        """The newest, and sorted by something else; traces and spans in turns."""
        sort = ("-start", "-start", "-cost", "-duration")[number // 2 % 4]
        return ("traces", "spans")[number % 2], [*self.window(number // 2), ("sort", sort)]

    def filters(self, number: int) -> tuple[str, list[tuple[str, object]]]:
        text = _FILTERS[number % len(_FILTERS)].format(
            user=self._random.randrange(_USERS), session=self._random.randrange(_SESSIONS)
        )
        noun = ("traces", "spans")[number // len(_FILTERS) % 2]
        return noun, [*self.window(self._random.randrange(6)), ("filter", text)]

    def one_trace(self, _: int) -> tuple[str, list[tuple[str, object]]]:
        return f"traces/{self._random.choice(self._known.trace_ids)}", []

    def full_text(self, number: int) -> tuple[str, list[tuple[str, object]]]:
        """A word of an order in every third question, else words of the prose."""
        words = _WORDS[number // 3 % len(_WORDS)]
        if not number % 3:
            words = order_number(
                self._random.randrange(self._known.copies),
                self._random.randrange(self._known.traces_a_copy),
            )
        noun = ("traces", "spans")[self._random.randrange(2)]
        return noun, [*self.window(self._random.randrange(6)), ("filter", f'"{words}"')]

    def overview(self, number: int) -> tuple[str, list[tuple[str, object]]]:
        return "overview", self.window(number)

    def cost(self, number: int) -> tuple[str, list[tuple[str, object]]]:
        return "cost", [*self.window(number), ("by", _COST_BY[number // 6 % 3])]

    def sessions(self, number: int) -> tuple[str, list[tuple[str, object]]]:
        return "sessions", self.window(number)

    def users(self, number: int) -> tuple[str, list[tuple[str, object]]]:
        sort = ("-last_seen", "-cost")[number // 6 % 2]
        return "users", [*self.window(number), ("sort", sort)]

    def failures(self, number: int) -> tuple[str, list[tuple[str, object]]]:
        return "failures", self.window(number)

    def histogram(self, number: int) -> tuple[str, list[tuple[str, object]]]:
        return "histogram", [("of", ("traces", "spans")[number % 2]), *self.window(number // 2)]

    def facets(self, number: int) -> tuple[str, list[tuple[str, object]]]:
        fields = [("field", name) for name in ("kind", "status", "model", "name")]
        return "facets", [
            ("of", ("traces", "spans")[number % 2]),
            *self.window(number // 2),
            *fields,
        ]


_Make = Callable[[Asker, int], tuple[str, list[tuple[str, object]]]]
KINDS: dict[str, _Make] = {
    "list": Asker.lists,
    "filter": Asker.filters,
    "trace": Asker.one_trace,
    "text": Asker.full_text,
    "overview": Asker.overview,
    "sessions": Asker.sessions,
    "users": Asker.users,
    "failures": Asker.failures,
    "histogram": Asker.histogram,
    "facets": Asker.facets,
    "cost": Asker.cost,
}

WITH_BAR = ("list", "filter", "trace", "text", "overview")


def write(questions: Sequence[Question], path: Path) -> None:
    """A line a question."""
    path.write_text("".join(json.dumps(asdict(one)) + "\n" for one in questions), encoding="utf-8")


def read(path: Path) -> Iterator[Question]:
    """What `write` wrote."""
    for line in path.read_text(encoding="utf-8").splitlines():
        yield Question(**json.loads(line))
