"""The scenarios with OpenAI's client: whoever traces it, the calls are the same."""

from collections.abc import Callable

import chat_scenarios
import scenarios as ask
from openai import OpenAI


def of(
    client: type[OpenAI] = OpenAI, lookup: Callable[[str], dict[str, str]] = ask.lookup_order
) -> ask.Scenarios:
    """The scenarios; `lookup` is the tool, traced where the client has a way to."""
    chat = client(base_url=f"{ask.SIMULATOR}/v1", api_key=ask.KEY, max_retries=0).chat.completions
    usage = {"include_usage": True}
    return chat_scenarios.of(chat, ask.MODEL, lookup, stream_options=usage)
