"""OpenInference's instrumentation of Anthropic's client."""

import anthropic_scenarios
import openinference_root
import otlp
import scenarios as ask
from openinference.instrumentation import TracerProvider
from openinference.instrumentation.anthropic import AnthropicInstrumentor

provider = otlp.sending(TracerProvider())
AnthropicInstrumentor().instrument()

tracer = provider.get_tracer("app")
ask.run(
    anthropic_scenarios.of(lookup=tracer.tool(name=ask.LOOKUP)(ask.lookup_order)),
    provider.shutdown,
    openinference_root.of(tracer),
)
