// The quick start of Langfuse's client 3: objects posted to Langfuse's own API, and read back through it.
import { Langfuse, LangfuseMedia } from "langfuse";
import * as steps from "../langfuse_steps.mjs";

const langfuse = new Langfuse();
langfuse.on("error", (error) => {
  console.error(error);
  process.exitCode = 1; // it only prints what went wrong
});
let traceId;

await steps.step("traces", async () => {
  const trace = langfuse.trace({
    name: "support",
    input: { question: "Paris?" },
    sessionId: steps.session,
    userId: steps.user,
    tags: steps.tags,
    metadata: { plan: "pro" },
    version: "1.2",
  });
  const span = trace.span({ name: "lookup", input: { city: "Paris" } });
  const call = span.generation({
    name: "answer",
    model: steps.model,
    input: steps.question,
    modelParameters: { temperature: 0.2 },
    completionStartTime: new Date(),
  });
  call.end({ output: steps.answer, usageDetails: { input: 24, output: 9 } });
  span.event({ name: "found", output: "it" });
  span.end({ output: "done" });
  trace.update({ output: { answer: steps.answer } });
  await langfuse.flushAsync();
  traceId = trace.id;

  const found = await steps.until(async () => {
    const { data } = await langfuse.fetchTrace(trace.id);
    return data.observations.filter((one) => one.endTime).length === 3 && data.output && data.sessionId && data;
  });
  steps.same([found.id, found.name, found.sessionId, found.userId], [trace.id, "support", steps.session, steps.user]);
  steps.same([found.input, found.output], [{ question: "Paris?" }, { answer: steps.answer }]);
  steps.same([found.tags.toSorted(), found.metadata], [steps.tags, { plan: "pro" }]);
  const got = found.observations.find((one) => one.id === call.id);
  steps.same([got.type, got.model, got.parentObservationId], ["GENERATION", steps.model, span.id]);
  steps.same([got.input, got.output], [steps.question, steps.answer]);
  steps.same([got.usageDetails.input, got.usageDetails.output], [24, 9]);
  const listed = await steps.until(async () => {
    const { data } = await langfuse.fetchTraces({ userId: steps.user, tags: ["beta"] });
    return data.length && data;
  });
  steps.same(listed.map((one) => one.id), [trace.id]);
  const { data: calls } = await langfuse.fetchObservations({ traceId: trace.id, type: "GENERATION" });
  steps.same(calls.map((one) => one.id), [call.id]);
});

await steps.step("scores", async () => {
  langfuse.score({ id: "quality-of-it", traceId, name: "quality", value: 0.9, comment: "good" });
  langfuse.score({ traceId, name: "tone", value: "kind" });
  langfuse.score({ traceId, name: "right", value: 1, dataType: "BOOLEAN" });
  await langfuse.flushAsync();
  const found = await steps.until(async () => {
    const { data } = await langfuse.fetchTrace(traceId);
    return data.scores.length === 3 && data.scores;
  });
  const values = found.map((one) => [one.name, one.stringValue ?? one.value]);
  steps.same(Object.fromEntries(values), { quality: 0.9, tone: "kind", right: "True" });
});

await steps.step("sessions", async () => {
  const data = await steps.until(async () => {
    const page = await langfuse.fetchSessions();
    return page.data.length && page.data;
  });
  steps.same(data.map((one) => one.id), [steps.session]);
});

await steps.step("prompts", async () => {
  await langfuse.createPrompt({ name: "greet", prompt: "Hello {{name}}!", labels: ["production"] });
  await langfuse.createPrompt({ name: "greet", prompt: "Good day, {{name}}!", config: { temperature: 0.1 } });
  const chat = [{ role: "system", content: "You help {{who}}." }];
  await langfuse.createPrompt({ name: "talks/help", type: "chat", prompt: chat, labels: ["production"] });
  steps.same((await langfuse.getPrompt("greet")).compile({ name: "Ann" }), "Hello Ann!");
  const newest = await langfuse.getPrompt("greet", undefined, { label: "latest" });
  steps.same([newest.version, newest.config], [2, { temperature: 0.1 }]);
  await langfuse.updatePrompt({ name: "greet", version: 2, newLabels: ["production"] });
  steps.same((await langfuse.getPrompt("greet", undefined, { cacheTtlSeconds: 0 })).version, 2);
  const help = await langfuse.getPrompt("talks/help", undefined, { type: "chat" });
  steps.same(help.compile({ who: "Ann" })[0].content, "You help Ann.");
});

await steps.step("datasets", async () => {
  await langfuse.createDataset({ name: "capitals", description: "of Europe", metadata: { by: "Ann" } });
  await langfuse.createDatasetItem({
    datasetName: "capitals",
    id: "france",
    input: { of: "France" },
    expectedOutput: "Paris",
  });
  const dataset = await langfuse.getDataset("capitals");
  const [item] = dataset.items;
  steps.same([item.id, item.input, item.expectedOutput], ["france", { of: "France" }, "Paris"]);
  const trace = langfuse.trace({ name: "asked", input: item.input, output: "Paris" });
  await item.link(trace, "first run", { description: "tried" });
  const run = await langfuse.getDatasetRun({ datasetName: "capitals", runName: "first run" });
  steps.same(run.datasetRunItems.map((one) => one.traceId), [trace.id]);
});

await steps.step("media", async () => {
  const image = new LangfuseMedia({ contentBytes: steps.png, contentType: "image/png" });
  langfuse.trace({ name: "seen", input: { image } });
  await langfuse.flushAsync();
  const known = await steps.until(async () => image._mediaId && (await langfuse.fetchMedia(image._mediaId)));
  steps.same([known.contentType, known.contentLength], ["image/png", steps.png.length]);
  const mark = `@@@langfuseMedia:type=image/png|id=${known.mediaId}|source=bytes@@@`;
  const resolved = await langfuse.resolveMediaReferences({ obj: [mark], resolveWith: "base64DataUri" });
  steps.same(resolved[0].startsWith("data:image/png;base64,iVBOR"), true);
});

await langfuse.shutdownAsync();
