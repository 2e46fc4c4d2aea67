// Langfuse's client 5: spans over OTLP, OpenAI's client observed.
import { observeOpenAI } from "@langfuse/openai";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { propagateAttributes, startActiveObservation } from "@langfuse/tracing";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import OpenAI from "openai";
import * as ask from "../scenarios.mjs";

// Its address and key come from LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY.
const tracing = new NodeTracerProvider({ spanProcessors: [new LangfuseSpanProcessor()] });
tracing.register();
const { completions } = observeOpenAI(new OpenAI({ ...ask.provider, maxRetries: 0 })).chat;

const question = [{ role: "user", content: ask.order }];
const story = {
  model: ask.model,
  messages: [{ role: "user", content: ask.story }],
  stream: true,
  stream_options: { include_usage: true },
};

const execute = (call) =>
  startActiveObservation(
    call.function.name,
    (tool) => {
      tool.update({ input: JSON.parse(call.function.arguments), output: ask.found });
      return { role: "tool", tool_call_id: call.id, content: JSON.stringify(ask.found) };
    },
    { asType: "tool" },
  );

const traced = (name, scenario) => () =>
  startActiveObservation(name, () =>
    propagateAttributes({ sessionId: ask.session, userId: ask.user }, scenario),
  );

const refused = traced("refused", () =>
  completions.create({ model: ask.model, messages: question }, { headers: ask.refused }),
);

await ask.run(
  {
    tools: traced("support", async () => {
      const asked = { model: ask.model, tools: [{ type: "function", function: ask.lookup }] };
      const { message } = (await completions.create({ ...asked, messages: question })).choices[0];
      const results = await Promise.all(message.tool_calls.map(execute));
      await completions.create({ ...asked, messages: [...question, message, ...results] });
    }),
    stream: traced("story", async () => {
      for await (const _ of await completions.create(story)) {
        // Only read.
      }
    }),
    cached: traced("twice", async () => {
      const messages = [{ role: "system", content: ask.handbook }, ...question];
      for (let asked = 0; asked < 2; asked++) await completions.create({ model: ask.model, messages });
    }),
    error: () => ask.refusedCall(refused()),
    // A mere `break` would lose the call: the client's span is ended by the end of the stream alone.
    cancel: traced("left", async () => {
      const reader = new AbortController();
      let read = 0;
      for await (const _ of await completions.create(story, { signal: reader.signal })) {
        if (++read === ask.READ_BEFORE_LEAVING) reader.abort();
      }
    }),
  },
  () => tracing.shutdown(),
);
