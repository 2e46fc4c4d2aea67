"""Which HTTP clients are recorded, and which hosts learn from them to which trace a request belongs."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from weakref import WeakValueDictionary

from clearspan.errors import report
from clearspan.instrument.call import CallSpan
from clearspan.propagation import inject
from clearspan.tracer import here

RECORDED = "x-clearspan-recorded"  # tells Clearspan's gateway that a call has its record
MAX_LOOKED_AT = 500  # objects inside a vendor's client

_everybody: set[str] = set()  # groups whose every client is recorded
_wrapped: WeakValueDictionary[int, object] = WeakValueDictionary()  # by id: some are unhashable
_hosts: set[str] = set()


def want(group: str, *, everybody: bool) -> None:
    """Switches recording of all clients of a group on or off."""
    (_everybody.add if everybody else _everybody.discard)(group)


def want_only(client: object) -> None:
    """Switches recording of one HTTP client on."""
    _wrapped[id(client)] = client


def want_no_more() -> None:
    """Switches recording of wrapped clients off."""
    _wrapped.clear()


def is_wanted(group: str, client: object) -> bool:
    """Whether the calls of this client are recorded."""
    return group in _everybody or _wrapped.get(id(client)) is client


def inside(client: object, kinds: tuple[type, ...]) -> Iterator[object]:
    """The HTTP clients of these types that a vendor's client holds, nearest first; no code of it runs."""
    seen: set[int] = set()
    waiting = deque([client])
    while waiting and len(seen) < MAX_LOOKED_AT:
        held = waiting.popleft()
        if id(held) in seen:
            continue
        seen.add(id(held))
        if isinstance(held, kinds):
            yield held
        else:
            waiting.extend(_held(held))


def _held(value: object) -> Collection[object]:
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, dict):
        return list(dict.values(value))
    try:
        found = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return ()
    return list(found.values()) if isinstance(found, dict) else ()


def carry_to(hosts: Sequence[str]) -> None:
    """Requests to these hosts carry the current trace from now on: `a.example`, `*.b.example`, or `*`."""
    _hosts.clear()
    _hosts.update(host.lower() for host in hosts)


def carried(host: object) -> dict[str, str]:
    """The headers that a request to this host is given beside its own; none for one that was not named."""
    headers: dict[str, str] = {}
    try:
        name = str(host).lower() if _hosts else ""
        if any(
            one in ("*", name) or (one[:2] == "*." and name.endswith(one[1:])) for one in _hosts
        ):
            inject(headers)
            if isinstance(here(), CallSpan):
                headers[RECORDED] = "1"
    except Exception as error:  # noqa: BLE001  # the funnel
        report(error, "carrying a trace")
    return headers
