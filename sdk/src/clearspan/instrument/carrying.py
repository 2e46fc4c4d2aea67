"""Which hosts learn from outgoing requests to which trace they belong."""

from __future__ import annotations

from collections.abc import Sequence

from clearspan.instrument.call import harmless
from clearspan.propagation import inject

_hosts: set[str] = set()


def carry_to(hosts: Sequence[str]) -> None:
    """Requests to these hosts carry the current trace from now on: `a.example`, `*.b.example`, or `*`."""
    _hosts.clear()
    _hosts.update(host.lower() for host in hosts)


@harmless
def carried(host: object) -> dict[str, str] | None:
    """The headers that a request to this host is given beside its own; None for a host that was not named."""
    if not _hosts:
        return None
    name = str(host).lower()
    if not any(
        one in ("*", name) or (one[:2] == "*." and name.endswith(one[1:])) for one in _hosts
    ):
        return None
    headers: dict[str, str] = {}
    inject(headers)
    return headers
