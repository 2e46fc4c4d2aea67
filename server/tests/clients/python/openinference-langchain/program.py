"""OpenInference's instrumentation of LangChain, with LangChain's OpenAI model."""

import openinference_root
import otlp
import scenarios as ask
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openinference.instrumentation import TracerProvider
from openinference.instrumentation.langchain import LangChainInstrumentor

provider = otlp.sending(TracerProvider())
LangChainInstrumentor().instrument()

lookup = tool(description=ask.LOOKUP_DESCRIPTION)(ask.lookup_order)
chat = {"base_url": f"{ask.SIMULATOR}/v1", "api_key": ask.KEY, "max_retries": 0}
model = ChatOpenAI(model=ask.MODEL, stream_usage=True, **chat)
question = HumanMessage(ask.ORDER)


def tools() -> None:
    """The model asks for the tool, which answers as a message of the next call."""
    equipped = model.bind_tools([lookup])
    asked = equipped.invoke([question])
    results = [lookup.invoke(call) for call in asked.tool_calls]
    equipped.invoke([question, asked, *results])


def cached() -> None:
    """The same long prompt twice."""
    for _ in range(2):
        model.invoke([SystemMessage(ask.HANDBOOK), question])


def cancel() -> None:
    """The reader leaves in the middle."""
    reply = model.stream(ask.STORY)
    for _, _ in zip(range(ask.READ_BEFORE_LEAVING), reply, strict=False):
        pass
    reply.close()


scenarios = {
    "tools": tools,
    "stream": lambda: list(model.stream(ask.STORY)),
    "cached": cached,
    "error": lambda: model.invoke([question], extra_headers=ask.REFUSED),
    "cancel": cancel,
}
ask.run(scenarios, provider.shutdown, openinference_root.of(provider.get_tracer("app")))
