"""Langfuse's client 5 and its wrapper of OpenAI's client.

It takes its address from LANGFUSE_BASE_URL, its key from LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import openai_scenarios
import scenarios as ask
from langfuse import get_client, observe, propagate_attributes
from langfuse.openai import OpenAI

lookup = observe(name=ask.LOOKUP, as_type="tool")(ask.lookup_order)


@contextmanager
def root(name: str) -> Iterator[None]:
    """A span around a scenario, with whose it is."""
    with (
        get_client().start_as_current_observation(name=name),
        propagate_attributes(session_id=ask.SESSION, user_id=ask.USER),
    ):
        yield


ask.run(openai_scenarios.of(OpenAI, lookup), get_client().shutdown, root)
