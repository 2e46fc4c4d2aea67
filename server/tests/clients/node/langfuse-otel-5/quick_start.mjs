// The quick start of Langfuse's client 5: spans over OTLP, all else through Langfuse's own API.
import { LangfuseClient } from "@langfuse/client";
import { LangfuseMedia } from "@langfuse/core";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { propagateAttributes, startActiveObservation } from "@langfuse/tracing";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import * as steps from "../langfuse_steps.mjs";

const processor = new LangfuseSpanProcessor();
new NodeTracerProvider({ spanProcessors: [processor] }).register();
const langfuse = new LangfuseClient();
let traceId;
let call;

await steps.step("traces", async () => {
  await startActiveObservation("support", (root) =>
    propagateAttributes({ sessionId: steps.session, userId: steps.user, tags: steps.tags }, async () => {
      traceId = root.traceId;
      root.update({ input: { question: "Paris?" }, metadata: { plan: "pro" } });
      await startActiveObservation(
        "answer",
        (generation) => {
          call = generation;
          generation.update({
            model: steps.model,
            input: steps.question,
            modelParameters: { temperature: 0.2 },
            output: steps.answer,
            usageDetails: { input: 24, output: 9 },
          });
        },
        { asType: "generation" },
      );
      root.update({ output: { answer: steps.answer } });
    }),
  );
  await processor.forceFlush();

  const found = await steps.until(async () => {
    const trace = await langfuse.api.trace.get(traceId);
    return trace.observations.length === 2 && trace;
  });
  steps.same([found.name, found.sessionId, found.userId], ["support", steps.session, steps.user]);
  steps.same([found.input, found.output], [{ question: "Paris?" }, { answer: steps.answer }]);
  const got = found.observations.find((one) => one.id === call.id);
  steps.same([got.type, got.model, got.input, got.output], ["GENERATION", steps.model, steps.question, steps.answer]);
  steps.same([got.usageDetails.input, got.usageDetails.output], [24, 9]);
  const page = await langfuse.api.observations.getMany({ traceId, fields: "core,basic,io" });
  steps.same(page.data.map((one) => one.name).toSorted(), ["answer", "support"]);
  const listed = await steps.until(async () => {
    const { data } = await langfuse.api.trace.list({ userId: steps.user });
    return data.length && data;
  });
  steps.same(listed.map((one) => one.id), [traceId]);
});

await steps.step("scores", async () => {
  langfuse.score.create({ id: "quality-of-it", traceId, name: "quality", value: 0.9, comment: "good" });
  langfuse.score.create({ traceId, observationId: call.id, name: "tone", value: "kind" });
  langfuse.score.create({ traceId, name: "right", value: 1, dataType: "BOOLEAN" });
  await langfuse.flush();
  const found = await steps.until(async () => {
    const trace = await langfuse.api.trace.get(traceId);
    return trace.scores.length === 3 && trace.scores;
  });
  const values = found.map((one) => [one.name, one.stringValue ?? one.value]);
  steps.same(Object.fromEntries(values), { quality: 0.9, tone: "kind", right: "True" });
});

await steps.step("sessions", async () => {
  const found = await steps.until(() => langfuse.api.sessions.get(steps.session));
  steps.same(found.traces.map((one) => one.id), [traceId]);
});

await steps.step("prompts", async () => {
  await langfuse.prompt.create({ name: "greet", prompt: "Hello {{name}}!", labels: ["production"] });
  await langfuse.prompt.create({ name: "greet", prompt: "Good day, {{name}}!", config: { temperature: 0.1 } });
  const chat = [{ role: "system", content: "You help {{who}}." }];
  await langfuse.prompt.create({ name: "talks/help", type: "chat", prompt: chat, labels: ["production"] });
  steps.same((await langfuse.prompt.get("greet")).compile({ name: "Ann" }), "Hello Ann!");
  const newest = await langfuse.prompt.get("greet", { label: "latest" });
  steps.same([newest.version, newest.config], [2, { temperature: 0.1 }]);
  await langfuse.prompt.update({ name: "greet", version: 2, newLabels: ["production"] });
  steps.same((await langfuse.prompt.get("greet", { cacheTtlSeconds: 0 })).version, 2);
  const help = await langfuse.prompt.get("talks/help", { type: "chat" });
  steps.same(help.compile({ who: "Ann" })[0].content, "You help Ann.");
});

await steps.step("datasets", async () => {
  await langfuse.api.datasets.create({ name: "capitals", description: "of Europe" });
  await langfuse.api.datasetItems.create({
    datasetName: "capitals",
    id: "france",
    input: { of: "France" },
    expectedOutput: "Paris",
  });
  const dataset = await langfuse.dataset.get("capitals");
  steps.same(dataset.items.map((one) => one.id), ["france"]);
  const result = await dataset.runExperiment({
    name: "first",
    runName: "first run",
    task: async (item) => (item.input.of === "France" ? "Paris" : ""),
    evaluators: [async ({ output, expectedOutput }) => ({ name: "right", value: Number(output === expectedOutput) })],
  });
  steps.same(result.itemResults.map((one) => one.output), ["Paris"]);
  const run = await langfuse.api.datasets.getRun("capitals", "first run");
  steps.same(run.datasetRunItems.map((one) => one.datasetItemId), ["france"]);
});

await steps.step("media", async () => {
  const image = new LangfuseMedia({ source: "bytes", contentBytes: steps.png, contentType: "image/png" });
  await startActiveObservation("seen", (span) => {
    span.update({ input: { image } });
  });
  await processor.forceFlush();
  const mediaId = await image.getId();
  const known = await steps.until(() => langfuse.api.media.get(mediaId));
  steps.same([known.contentType, known.contentLength], ["image/png", steps.png.length]);
  const mark = `@@@langfuseMedia:type=image/png|id=${mediaId}|source=bytes@@@`;
  const [resolved] = await langfuse.media.resolveReferences({ obj: [mark], resolveWith: "base64DataUri" });
  steps.same(resolved.startsWith("data:image/png;base64,iVBOR"), true);
});

await langfuse.shutdown();
await processor.shutdown();
