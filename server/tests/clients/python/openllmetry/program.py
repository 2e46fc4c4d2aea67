"""OpenLLMetry: Traceloop's SDK with its instrumentation of OpenAI's client."""

import openai_scenarios
import scenarios as ask
from traceloop.sdk import Traceloop
from traceloop.sdk.decorators import tool, workflow
from traceloop.sdk.tracing.tracing import TracerWrapper

Traceloop.init(
    app_name="support",
    api_endpoint=ask.SERVER,
    headers={"x-clearspan-project": ask.PROJECT},
    telemetry_enabled=False,
)
Traceloop.set_association_properties({"session_id": ask.SESSION, "user_id": ask.USER})

calls = openai_scenarios.of(lookup=tool(name=ask.LOOKUP)(ask.lookup_order))
ask.run(
    {name: workflow(name=name)(scenario) for name, scenario in calls.items()},
    TracerWrapper().flush,
)
