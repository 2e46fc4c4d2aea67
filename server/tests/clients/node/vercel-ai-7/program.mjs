// Vercel's AI SDK 7 with its own OpenTelemetry integration.
import { createOpenAI } from "@ai-sdk/openai";
import { OpenTelemetry } from "@ai-sdk/otel";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { generateText, jsonSchema, registerTelemetry, stepCountIs, streamText, tool } from "ai";
import * as ask from "../scenarios.mjs";

const exporter = new OTLPTraceExporter({
  url: `${ask.server}/v1/traces`,
  headers: { "x-clearspan-project": ask.project },
});
const tracing = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
tracing.register();
registerTelemetry(new OpenTelemetry({ runtimeContext: true, usage: true }));

const call = {
  model: createOpenAI(ask.provider).chat(ask.model),
  maxRetries: 0,
  runtimeContext: { sessionId: ask.session, userId: ask.user },
  telemetry: { functionId: "support", includeRuntimeContext: { sessionId: true, userId: true } },
};
const tools = {
  [ask.lookup.name]: tool({
    description: ask.lookup.description,
    inputSchema: jsonSchema(ask.lookup.parameters),
    execute: async () => ask.found,
  }),
};

await ask.run(
  {
    tools: () => generateText({ ...call, prompt: ask.order, tools, stopWhen: stepCountIs(3) }),
    stream: () => streamText({ ...call, prompt: ask.story }).consumeStream(),
    cached: () =>
      tracing.getTracer("app").startActiveSpan("twice", async (span) => {
        for (let asked = 0; asked < 2; asked++) {
          await generateText({ ...call, instructions: ask.handbook, prompt: ask.order });
        }
        span.end();
      }),
    error: () => ask.refusedCall(generateText({ ...call, prompt: ask.order, headers: ask.refused })),
    cancel: async () => {
      const reader = new AbortController();
      const result = streamText({ ...call, prompt: ask.story, abortSignal: reader.signal });
      let read = 0;
      for await (const _ of result.textStream) {
        if (++read === ask.READ_BEFORE_LEAVING) reader.abort();
      }
    },
  },
  () => tracing.shutdown(),
);
