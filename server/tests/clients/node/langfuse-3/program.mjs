// Langfuse's client 3: objects posted to Langfuse's own API, OpenAI's client observed.
import { Langfuse, observeOpenAI } from "langfuse";
import OpenAI from "openai";
import * as ask from "../scenarios.mjs";

// Its key comes from LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY.
const langfuse = new Langfuse({ baseUrl: ask.server });
langfuse.on("error", () => {
  process.exitCode = 1; // it only prints what went wrong
});
const openai = new OpenAI({ ...ask.provider, maxRetries: 0 });

const question = [{ role: "user", content: ask.order }];
const story = {
  model: ask.model,
  messages: [{ role: "user", content: ask.story }],
  stream: true,
  stream_options: { include_usage: true },
};

// It has no word for a tool: a span holds its call.
const execute = (trace, call) => {
  const span = trace.span({ name: call.function.name, input: JSON.parse(call.function.arguments) });
  span.end({ output: ask.found });
  return { role: "tool", tool_call_id: call.id, content: JSON.stringify(ask.found) };
};

const traced = (name, scenario) => () => {
  const trace = langfuse.trace({ name, sessionId: ask.session, userId: ask.user });
  return scenario(observeOpenAI(openai, { parent: trace }).chat.completions, trace);
};

await ask.run(
  {
    tools: traced("support", async (completions, trace) => {
      const asked = { model: ask.model, tools: [{ type: "function", function: ask.lookup }] };
      const { message } = (await completions.create({ ...asked, messages: question })).choices[0];
      const results = message.tool_calls.map((call) => execute(trace, call));
      await completions.create({ ...asked, messages: [...question, message, ...results] });
    }),
    stream: traced("story", async (completions) => {
      for await (const _ of await completions.create(story)) {
        // Only read.
      }
    }),
    cached: traced("twice", async (completions) => {
      const messages = [{ role: "system", content: ask.handbook }, ...question];
      for (let asked = 0; asked < 2; asked++) await completions.create({ model: ask.model, messages });
    }),
    error: traced("refused", (completions) =>
      ask.refusedCall(
        completions.create({ model: ask.model, messages: question }, { headers: ask.refused }),
      ),
    ),
    // A mere `break` would lose the call: the client tells of it at the end of the stream alone.
    cancel: traced("left", async (completions) => {
      const reader = new AbortController();
      let read = 0;
      for await (const _ of await completions.create(story, { signal: reader.signal })) {
        if (++read === ask.READ_BEFORE_LEAVING) reader.abort();
      }
    }),
  },
  () => langfuse.shutdownAsync(),
);
