"""Pydantic AI, whose agents trace themselves over OpenTelemetry when they are told to."""

import asyncio

import otlp
import scenarios as ask
from openai import AsyncOpenAI
from opentelemetry.sdk.trace import TracerProvider
from pydantic_ai import Agent
from pydantic_ai.capabilities import Instrumentation
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = otlp.sending(TracerProvider())
client = AsyncOpenAI(base_url=f"{ask.SIMULATOR}/v1", api_key=ask.KEY, max_retries=0)
model = OpenAIChatModel(ask.MODEL, provider=OpenAIProvider(openai_client=client))


def agent(**settings: object) -> Agent:
    """An agent that is called as the scenario is."""
    return Agent(model, name="support", capabilities=[Instrumentation()], **settings)


def tools() -> None:
    """The agent asks for the tool and calls it by itself."""

    def lookup_order(order_id: str) -> dict[str, str]:
        """Find an order and where its parcel is."""
        return ask.lookup_order(order_id)

    agent(tools=[lookup_order]).run_sync(ask.ORDER, conversation_id=ask.SESSION)


def cached() -> None:
    """The same long prompt twice."""
    for _ in range(2):
        agent(instructions=ask.HANDBOOK).run_sync(ask.ORDER, conversation_id=ask.SESSION)


def error() -> None:
    """A call that is refused."""
    settings = {"extra_headers": ask.REFUSED}
    agent(model_settings=settings).run_sync(ask.ORDER, conversation_id=ask.SESSION)


async def _read(pieces: int | None) -> None:
    async with agent().run_stream(ask.STORY, conversation_id=ask.SESSION) as reply:
        read = 0
        async for _ in reply.stream_text(delta=True, debounce_by=None):
            read += 1
            if read == pieces:
                return


scenarios = {
    "tools": tools,
    "stream": lambda: asyncio.run(_read(None)),
    "cached": cached,
    "error": error,
    "cancel": lambda: asyncio.run(_read(ask.READ_BEFORE_LEAVING)),
}
ask.run(scenarios, provider.shutdown, otlp.root)
