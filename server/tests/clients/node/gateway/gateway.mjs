// What OpenAI's and Anthropic's clients get, headers too: `node gateway.mjs openai|anthropic whole|stream|error|cancel`.

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

const url = process.env.SIMULATOR_URL;
const [name, scenario] = process.argv.slice(2);
const LEFT_OUT = ["date", "x-clearspan-trace-id"];
const messages = [{ role: "user", content: "Where is my order A-1042?" }];
const given = { apiKey: "simulated", maxRetries: 0 };

const asks = {
  openai: (more, options) =>
    new OpenAI({ baseURL: `${url}/v1`, ...given }).chat.completions.create(
      { model: "gpt-4o", messages, ...more, ...(more.stream && { stream_options: { include_usage: true } }) },
      options,
    ),
  anthropic: (more, options) =>
    new Anthropic({ baseURL: url, ...given }).messages.create(
      { model: "claude-sonnet-4-5", max_tokens: 400, messages, ...more },
      options,
    ),
};

async function told(asked) {
  const { data, response } = await asked.withResponse();
  const headers = [...response.headers].filter(([header]) => !LEFT_OUT.includes(header));
  return { status: response.status, headers, data };
}

const scenarios = {
  whole: async (ask) => told(ask({})),
  stream: async (ask) => {
    const { data, ...more } = await told(ask({ stream: true }));
    const pieces = [];
    for await (const piece of data) pieces.push(piece);
    return { ...more, pieces };
  },
  error: async (ask) => {
    try {
      return await ask({}, { headers: { "x-sim-error": "429" } });
    } catch (error) {
      return { status: error.status, message: error.message, name: error.constructor.name };
    }
  },
  cancel: async (ask) => {
    const { data } = await told(ask({ stream: true }));
    const pieces = [];
    for await (const piece of data) {
      pieces.push(piece);
      if (pieces.length === 3) break;
    }
    return pieces;
  },
};

console.log(JSON.stringify(await scenarios[scenario](asks[name]), null, 1));
