"""The typed facts of a span: their names in Python and on the wire."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from threading import RLock
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar, overload

from clearspan.capture import ATOMS, mode, plain
from clearspan.errors import report
from clearspan.masks import cleaned, rules

T = TypeVar("T")

KINDS = (
    *("llm", "embedding", "retriever", "reranker", "tool", "agent", "chain"),
    *("guardrail", "evaluator", "http", "db", "other"),
)

# Longer texts are measured, because many of them would fill the memory.
SHORT_CHARS = 256
FACT_BYTES = 256  # about what a short fact takes in memory

Usage = Mapping[str, int | None]

_settling = RLock()  # reentrant, because a finaliser may end a span in between


def _restart() -> None:
    """In a forked child, where a thread that does not exist may hold the lock."""
    global _settling  # noqa: PLW0603  # one per process
    _settling = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restart)


class Field(Generic[T]):
    """One fact: an attribute in Python, kept in ``fields`` of its span, with a key on the wire.

    Content is what a user or a model wrote; ``capture="metadata"`` leaves it out.
    """

    __slots__ = ("is_content", "key", "name")

    def __init__(self, key: str, *, is_content: bool = False) -> None:
        self.key = key
        self.is_content = is_content
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, facts: None, owner: type) -> Field[T]: ...
    @overload
    def __get__(self, facts: Facts, owner: type) -> T | None: ...
    def __get__(self, facts: Facts | None, owner: type) -> object:
        if facts is None:
            return self
        facts.settle()
        return facts.fields.get(self.name)

    def __set__(self, facts: Facts, value: T | None) -> None:
        facts.set({self.name: value})


class Carried(NamedTuple):
    """What every span inherits from the place where it starts."""

    facts: Mapping[str, object] = MappingProxyType({})
    tracestate: str = ""  # both as received, passed on untouched
    baggage: str = ""
    size_bytes: int = 0  # about what the facts take in memory


NOTHING = Carried()


class Facts:
    """What is known about a span besides its place and time. Values are kept as plain copies."""

    __slots__ = ("carried", "fields", "large", "later", "size_bytes", "truncated")

    carried: Carried
    fields: dict[str, object]
    truncated: dict[str, int] | None  # full size in bytes by field; 0 is unknown
    large: dict[str, int] | None  # about the bytes in memory of each fact that is not short
    later: list[Callable[[], dict[str, object]]] | None  # reads the facts that were postponed
    size_bytes: int  # of what is not small, about; set when the span is queued
    status: str

    # A model call. ``usage`` has the keys of USAGE_KEYS, and cached ⊆ input, reasoning ⊆ output.
    input = Field[object]("gen_ai.input.messages", is_content=True)
    output = Field[object]("gen_ai.output.messages", is_content=True)
    tools = Field[object]("gen_ai.tool.definitions", is_content=True)
    provider = Field[str]("gen_ai.provider.name")
    operation = Field[str]("gen_ai.operation.name")
    model = Field[str]("gen_ai.request.model")
    parameters = Field[Mapping[str, object]]("gen_ai.request.*")
    streamed = Field[bool]("gen_ai.request.stream")
    response_model = Field[str]("gen_ai.response.model")
    response_id = Field[str]("gen_ai.response.id")
    finish_reason = Field[str]("gen_ai.response.finish_reasons")
    first_token_ns = Field[int]("gen_ai.response.time_to_first_chunk")  # since the start
    usage = Field[Usage]("gen_ai.usage.*")

    # A tool call, an agent, a retrieval. A document has id, content, score and metadata.
    tool_name = Field[str]("gen_ai.tool.name")
    tool_call_id = Field[str]("gen_ai.tool.call.id")
    arguments = Field[object]("gen_ai.tool.call.arguments", is_content=True)
    result = Field[object]("gen_ai.tool.call.result", is_content=True)
    agent_name = Field[str]("gen_ai.agent.name")
    query = Field[str]("gen_ai.retrieval.query.text", is_content=True)
    k = Field[int]("gen_ai.retrieval.top_k")
    documents = Field[Sequence[object]]("gen_ai.retrieval.documents", is_content=True)

    # Who and where; mostly set for many spans at once by ``clearspan.context``.
    user = Field[str]("user.id")
    customer = Field[str]("clearspan.customer")
    session = Field[str]("session.id")
    turn = Field[str | int]("clearspan.turn")
    run = Field[str]("clearspan.run")
    step_id = Field[str]("clearspan.step.id")
    step_parent = Field[str]("clearspan.step.parent")
    step_index = Field[int]("clearspan.step.index")
    step_type = Field[str]("clearspan.step.type")
    attempt = Field[int]("clearspan.attempt")  # 1 is the first
    request_id = Field[str]("clearspan.request_id")
    retry_of = Field[str]("clearspan.retry_of")  # the span id of the first attempt
    tags = Field[Sequence[str]]("clearspan.tags")
    feature = Field[str]("clearspan.feature")
    experiment = Field[str]("clearspan.experiment")
    variant = Field[str]("clearspan.variant")
    sample_weight = Field[float]("clearspan.sample_weight")  # how many spans this one stands for
    prompt_name = Field[str]("clearspan.prompt.name")
    prompt_version = Field[str | int]("clearspan.prompt.version")

    def set(self, facts: Mapping[str, object] | None = None, /, **more: object) -> None:
        """Adds facts: names of this class mean what they mean here, any other is an attribute.

        Example:
            >>> import clearspan
            >>> with clearspan.span("checkout") as span:
            ...     span.set({"cart.items": 3}, user="ann")
        """
        try:
            new = {**facts, **more} if facts else more
            if self.later is not None:
                self.settle()  # what was postponed is older
            self.make_plain(new)
            self.fields.update(new)
        except Exception as error:  # noqa: BLE001  # the funnel: whatever was passed
            report(error, "setting fields of a span")

    def adopt(self, facts: dict[str, object], size_bytes: int) -> None:
        """Adds facts that nobody else has or changes, small enough to be kept without a copy.

        Args:
            facts: made of dict, list, str, int, float, bool and None.
            size_bytes: about what they take in memory.
        """
        self.fields.update(facts if mode.content else without_content(facts))
        if size_bytes:
            self.large = {**(self.large or {}), next(iter(facts), ""): size_bytes}

    def postpone(self, read: Callable[[], dict[str, object]], size_bytes: int) -> None:
        """Facts as for `adopt`, read when somebody asks: mostly by the delivery thread."""
        if type(self.later) is not list:
            self.later = []
        # The mode may be another one when it is read.
        self.later.append(read if mode.content else lambda: without_content(read()))
        large = self.large or {}
        self.large = {**large, "later": large.get("later", 0) + size_bytes}

    def settle(self) -> None:
        """Reads what was postponed; whoever asks meanwhile waits for it."""
        later = self.later
        if type(later) is not list or not later:  # or the program has replaced a slot
            return
        failed: list[Exception] = []
        with _settling:
            while later:
                # Once, even if a finaliser asks for the same span meanwhile.
                read, later[0] = later[0], dict
                try:
                    self.adopt(read(), 0)
                except Exception as error:  # noqa: BLE001  # the funnel: whatever came over the wire
                    failed.append(error)
                del later[:1]
        for one in failed:  # not above: a handler of the program may hold a lock that others want
            report(one, "reading postponed facts of a span")

    def facts(self) -> dict[str, object]:
        """What may leave the process: inherited facts, fields and attributes, without secrets."""
        self.settle()
        # One call copies a dict that the program may still be adding to.
        stray = {name: plain(value).value for name, value in vars(self).copy().items()}
        inherited = self.carried.facts
        known = {**inherited, **stray, **self.fields.copy()}
        if "tags" in inherited:
            known["tags"] = joined_tags(inherited["tags"], known["tags"])
        # Once more, for what was set before the process knew its mode, and for stray names.
        own = rules()
        if not own.content or (own.errors_only and self.status != "error"):
            known = without_content(known)
        return cleaned(known)

    def make_plain(self, facts: dict[str, object]) -> None:
        """Replaces the values of ``facts`` by plain copies, because the program may change them."""
        if not mode.content:
            facts.update(without_content(facts))
        # A look at the values first and inline, because five attributes must stay below a third of a
        # microsecond, and most need no copy.
        for value in facts.values():
            if type(value) is str:
                if len(value) > SHORT_CHARS:
                    break
            elif type(value) not in ATOMS:
                break
        else:
            return
        for name, value in facts.items():
            if type(value) not in ATOMS and (type(value) is not str or len(value) > SHORT_CHARS):
                facts[name] = self._copied(name, value)

    def _copied(self, name: str, value: object) -> object:
        copy, size_bytes, full_bytes = plain(value)
        if self.large is None:
            self.large = {}
        self.large[name] = size_bytes
        if full_bytes is not None:
            self.truncated = {**(self.truncated or {}), name: full_bytes}
        return copy


FIELDS: dict[str, Field[object]] = {
    name: field for name, field in vars(Facts).items() if isinstance(field, Field)
}
CONTENT = frozenset(name for name, field in FIELDS.items() if field.is_content)
# The names inside these are the program's own.
OPEN = frozenset({"parameters", "usage"})


def joined_tags(outer: object, inner: object) -> list[object]:
    """Both lists of tags as one, each tag once; a single text is a list of one."""
    lists = [tags if isinstance(tags, list) else [tags] for tags in (outer, inner)]
    # Tags of strange types may not be hashable.
    joined: list[object] = []
    for tag in lists[0] + lists[1]:
        if tag is not None and tag not in joined:
            joined.append(tag)
    return joined


def without_content(facts: Mapping[str, object]) -> dict[str, object]:
    """``facts`` as ``capture="metadata"`` keeps them: None for what may be content.

    Nothing is known about an attribute that is no field, nor about the parts of `OPEN` ones:
    numbers and booleans stay.
    """
    return {name: _metadata(name, value) for name, value in facts.items()}


def _metadata(name: str, value: object) -> object:
    if name in OPEN:
        parts = plain(value).value
        given = parts if isinstance(parts, dict) else {}
        return {key: part for key, part in given.items() if type(part) in ATOMS}
    return value if type(value) in ATOMS or name in FIELDS.keys() - CONTENT else None
