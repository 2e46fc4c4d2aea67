"""What requests and answers about rewrites of history have in common: the window, which one, and how far it is."""

import time

from clearspan_server.api.window import parse_time
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.model.rewrite import Rewrite, RewriteKind, Stretch
from clearspan_server.store.rewrites import Rewrites

_NAMES: dict[RewriteKind, str] = {
    "reprice": "re-pricing",
    "normalise": "normalisation",
    "rescan": "rescan",
}


def window_of(project: str, since: str | None, until: str | None) -> Stretch:
    """The part of a project's history between two times; without one it is all there is on that side.

    Raises:
        BadInput: a time that cannot be read, or a beginning that is not before the end.
    """
    from_ns = 0 if since is None else parse_time(since, "from")
    to_ns = time.time_ns() if until is None else parse_time(until, "to")
    if from_ns >= to_ns:
        raise BadInput(f"from {since!r} is not before to {until or 'now'!r}", field="from")
    return Stretch(project, from_ns, to_ns)


def rewrite_of(rewrites: Rewrites, kind: RewriteKind, project: str, rewrite_id: int) -> Rewrite:
    """One rewrite of a project.

    Raises:
        NotFound: there is none of this kind and number.
    """
    found = rewrites.find(kind, project, rewrite_id)
    if found is None:
        raise NotFound(f"no {_NAMES[kind]} {rewrite_id} is in project {project!r}")
    return found


def progress(found: Rewrite) -> float:
    """How much of it is done, from 0 to 1."""
    if found.state == "done":
        return 1.0
    return min(1.0, found.tally.spans / found.spans_total) if found.spans_total else 0.0
