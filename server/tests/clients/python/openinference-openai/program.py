"""OpenInference's instrumentation of OpenAI's client."""

import openai_scenarios
import openinference_root
import otlp
import scenarios as ask
from openinference.instrumentation import TracerProvider
from openinference.instrumentation.openai import OpenAIInstrumentor

provider = otlp.sending(TracerProvider())
OpenAIInstrumentor().instrument()

tracer = provider.get_tracer("app")
ask.run(
    openai_scenarios.of(lookup=tracer.tool(name=ask.LOOKUP)(ask.lookup_order)),
    provider.shutdown,
    openinference_root.of(tracer),
)
