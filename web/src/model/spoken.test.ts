import { expect, test } from "vitest";
import { saidOf } from "./spoken";

const SILENT = {
  input: null,
  output: null,
  input_messages: null,
  output_messages: null,
  retrieval_query: "",
  documents: [],
  parameters: null,
  tool_definitions: null,
  tool_arguments: null,
  tool_result: null,
  prompt_name: "",
  prompt_version: "",
  request_model: "",
  response_model: "",
  finish_reason: "",
  status: "ok",
  error_type: "",
  error_message: "",
};

const PART = { content: "", id: "", name: "", data: null };

function texts(span: Partial<Parameters<typeof saidOf>[0]>) {
  const said = saidOf({ ...SILENT, ...span }).filter(({ text }) => text !== "");
  return Object.fromEntries(said.map(({ title, text }) => [title, text]));
}

test("a conversation is text without the ids of its calls", () => {
  const call = { ...PART, type: "tool_call" as const, id: "call_1", name: "find", data: { n: 1 } };
  const result = { ...PART, type: "tool_result" as const, id: "call_1", content: "found" };
  const messages = [
    { role: "user", parts: [{ ...PART, type: "text" as const, content: "Hi" }], finish_reason: "" },
    { role: "assistant", parts: [call], finish_reason: "" },
    { role: "tool", parts: [result], finish_reason: "" },
  ];

  expect(texts({ input_messages: messages })).toEqual({
    Input: 'user: Hi\n\nassistant: → find {\n  "n": 1\n}\n\ntool: ← found',
    Status: "ok",
  });
});

test("values, documents and errors are told", () => {
  const said = texts({
    output: { done: true },
    documents: [
      { id: "kb-1", content: "Refunds" },
      { id: "", content: "Returns" },
    ],
    prompt_name: "greet",
    prompt_version: "7",
    status: "error",
    error_type: "TimeoutError",
    error_message: "after 3 s",
  });

  expect(said).toEqual({
    Output: '{\n  "done": true\n}',
    Documents: "[kb-1] Refunds\nReturns",
    Prompt: "greet 7",
    Status: "error, TimeoutError: after 3 s",
  });
});
