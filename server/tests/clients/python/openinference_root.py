"""A span of OpenInference around a scenario, with whose it is."""

from collections.abc import Iterator
from contextlib import contextmanager

import scenarios as ask
from openinference.instrumentation import OITracer, using_attributes


def of(tracer: OITracer) -> ask.Around:
    """What opens the span."""

    @contextmanager
    def root(name: str) -> Iterator[None]:
        with (
            using_attributes(session_id=ask.SESSION, user_id=ask.USER),
            tracer.start_as_current_span(name, openinference_span_kind="chain"),
        ):
            yield

    return root
