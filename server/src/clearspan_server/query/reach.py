"""How far back a list reads for a few traces, and for some more: a guess, which may be some seconds old."""

from collections import OrderedDict
from threading import Lock
from weakref import WeakKeyDictionary

from clearspan_server.query import SQL
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

Starts = tuple[int, int]  # of the last of a few traces, and of some more; 0 where there are no more

_REACH = statement(SQL, "reach")
_FRESH_NS = 10_000_000_000
_MOST_WINDOWS = 256

_Known = OrderedDict[
    tuple[object, int], tuple[int, Starts]
]  # by project and width: where it ended, and what it gave
_known: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()
_lock = Lock()


def reach(engine: Engine, project: object, window: Window) -> Starts:
    """Nanoseconds since the epoch; of a window as wide that ended a little earlier, where one was asked for."""
    key = project, window.width_ns
    with _lock:
        known = _known.setdefault(engine, OrderedDict())
        to_ns, starts = known.get(key, (0, (0, 0)))
        if 0 <= window.to_ns - to_ns <= _FRESH_NS:
            return starts
    [row] = engine.query(_REACH, {"project": project} | window.values())
    few_ns, more_ns = row["starts_ns"]
    with _lock:
        known[key] = window.to_ns, (few_ns, more_ns)
        known.move_to_end(key)
        if len(known) > _MOST_WINDOWS:
            known.popitem(last=False)
    return few_ns, more_ns
