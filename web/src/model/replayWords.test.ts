import { describe, expect, test } from "vitest";
import type { ReplayStep } from "./replay";
import { accountOf, resultWords } from "./replayWords";

const STEP: ReplayStep = {
  position: 0,
  atNs: 0,
  phase: "ends",
  type: "call",
  level: 0,
  before: -1,
};
const SPAN: Parameters<typeof accountOf>[1] = {
  ...{ span_id: "0123456789abcdef", name: "chat", kind: "llm", status: "ok" },
  ...{ duration_ns: 2.5e9, ttft_ns: null, tool_name: "", agent_name: "" },
  ...{ request_model: "gpt-4o", response_model: "", error_type: "", error_message: "" },
};
const SILENT = {
  ...{ input: null, output: null, input_messages: null, output_messages: null },
  ...{ retrieval_query: "", documents: [], tool_arguments: null, tool_result: null },
};
const PART = { content: "", id: "", name: "", data: null };
const said = (content: string) => ({ ...PART, type: "text" as const, content });
const called = (name: string) => ({ ...PART, type: "tool_call" as const, name });

test("a model decides or answers, and is waited for", () => {
  const message = (...parts: ReturnType<typeof said | typeof called>[]) => ({
    ...SILENT,
    output_messages: [{ role: "assistant", parts, finish_reason: "" }],
  });

  const decided = accountOf(STEP, SPAN, message(called("find"), called("pay")));
  const answered = accountOf(STEP, { ...SPAN, ttft_ns: 2.1e9 }, message(said("By Friday.")));

  expect(decided).toEqual({
    says: "gpt-4o decided to call find and pay.",
    detail: "",
    took: "took 2.50 s",
  });
  expect(answered).toEqual({
    says: "gpt-4o answered.",
    detail: "By Friday.",
    took: "waited 2.10 s for the first token, wrote for 400 ms",
  });
});

test("a tool is called with arguments and gives a result, or fails", () => {
  const step = { ...STEP, type: "tool" as const };
  const tool = { ...SPAN, kind: "tool" as const, name: "find", tool_name: "search_orders" };
  const content = { ...SILENT, tool_arguments: '{"user":"ann"}', tool_result: { orders: [1, 2] } };

  const ended = accountOf(step, tool, content);
  const failed = accountOf(
    step,
    { ...tool, status: "error", error_type: "Timeout", error_message: "after 3 s" },
    content,
  );

  expect(ended.says).toBe("Called search_orders (user: ann) → 2 orders");
  expect(failed.says).toBe("Called search_orders (user: ann), which failed.");
  expect(failed.detail).toBe("Timeout: after 3 s");
});

test("a failed attempt is told with what came of it", () => {
  const attempt = { ...SPAN, status: "error" as const, error_type: "openai.RateLimitError" };

  const { says, detail } = accountOf({ ...STEP, type: "note" }, attempt, null);

  expect(says).toBe("gpt-4o failed and was tried again.");
  expect(detail).toBe("RateLimitError");
});

test("an agent begins with what it was asked, and ends with what it said", () => {
  const step = { ...STEP, type: "step" as const };
  const agent = { ...SPAN, kind: "agent" as const, name: "run", agent_name: "support" };
  const content = {
    ...SILENT,
    input_messages: [{ role: "user", parts: [said("Where is it?")], finish_reason: "" }],
    output: "On its way.",
  };

  const began = accountOf({ ...step, phase: "begins" }, agent, content);
  const done = accountOf(step, agent, content);

  expect(began).toEqual({ says: "support began.", detail: "Where is it?", took: "" });
  expect(done).toEqual({ says: "support was done.", detail: "On its way.", took: "took 2.50 s" });
});

test("a lookup says what was looked for and how much was found", () => {
  const step = { ...STEP, type: "retrieval" as const };
  const documents = [{ id: "kb-1", content: "Refunds take\nfive days." }];
  const content = { ...SILENT, retrieval_query: "refund", documents };

  const found = accountOf(step, { ...SPAN, kind: "retriever", name: "kb" }, content);

  expect(found.says).toBe("Looked up “refund” → 1 document");
  expect(found.detail).toBe("Refunds take five days.");
});

describe("a result in words", () => {
  test.each<[unknown, string]>([
    [null, "nothing"],
    [[1, 2, 3], "3 results"],
    ['{"orders":[1]}', "1 order"],
    [{ status: "shipped", total: 12 }, "status: shipped, total: 12"],
    [{}, "nothing"],
    ["plain", "plain"],
    [false, "false"],
    [{ a: 1, b: 2, c: 3, d: 4 }, "a: 1, b: 2, c: 3, …"],
  ])("%j → %s", (value, says) => {
    expect(resultWords(value)).toBe(says);
  });
});
