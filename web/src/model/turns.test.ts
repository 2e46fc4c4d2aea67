import { describe, expect, test } from "vitest";
import { previousCalls } from "./calls";
import type { ChatMessage } from "./conversation";
import { sketched } from "./sketch";
import { buildTree } from "./tree";
import { cacheBreak, type CallFacts, type CallText, seenBefore } from "./turns";

function said(role: string, content: string): ChatMessage {
  const part = { type: "text" as const, content, id: "", name: "", data: null };
  return { role, parts: [part], finish_reason: "" };
}

function call(
  input: ChatMessage[],
  output: ChatMessage[] = [],
  facts: Partial<CallFacts & { tool_definitions: unknown }> = {},
): CallText & CallFacts {
  return {
    input_messages: input,
    output_messages: output,
    tool_definitions: null,
    request_model: "gpt-4o",
    cache_read_tokens: 0,
    start_offset_ns: 0,
    ...facts,
  };
}

const SYSTEM = said("system", "Be kind.");
const FIRST = call([SYSTEM, said("user", "a")], [said("assistant", "b")], {
  cache_read_tokens: 1024,
});

describe("what a call has seen before", () => {
  test("is what the call before was sent and what it answered", () => {
    const next = call([SYSTEM, said("user", "a"), said("assistant", "b"), said("user", "c")]);

    expect(seenBefore(next, FIRST)).toBe(3);
  });

  test("ends at the first message that differs", () => {
    expect(seenBefore(call([said("system", "Be quick."), said("user", "a")]), FIRST)).toBe(0);
  });

  test("does not depend on reasoning, which is not sent again", () => {
    const thought = { ...said("assistant", "b") };
    const parts = [{ ...thought.parts[0], type: "reasoning" as const, content: "hm" }];
    const before = {
      ...FIRST,
      output_messages: [{ ...thought, parts: [...parts, ...thought.parts] }],
    };

    const next = call([SYSTEM, said("user", "a"), said("assistant", "b"), said("user", "c")]);

    expect(seenBefore(next, before as CallText)).toBe(3);
  });
});

describe("the prompt cache", () => {
  test("was broken by the first message that differs, shown from where it does", () => {
    const next = call([said("system", "Be kind, it is Tuesday."), said("user", "a")]);

    expect(cacheBreak(next, FIRST)).toEqual({
      reason: "message",
      index: 0,
      role: "system",
      now: "Be kind, it is Tuesday.",
      before: "Be kind.",
    });
  });

  test("was broken by another model or other tools before any message", () => {
    const other = call([SYSTEM], [], { request_model: "gpt-5" });
    const tools = call([SYSTEM], [], { tool_definitions: [{ name: "search" }] });

    expect(cacheBreak(other, FIRST)?.reason).toBe("model");
    expect(cacheBreak(tools, FIRST)?.reason).toBe("tools");
  });

  test("may have expired where everything was sent again", () => {
    const next = call([SYSTEM, said("user", "a"), said("user", "c")], [], { start_offset_ns: 9 });

    expect(cacheBreak(next, FIRST)).toEqual({ reason: "age", elapsedNs: 9 });
  });

  test("is not spoken of where it served as much, or nobody knows", () => {
    expect(cacheBreak(call([], [], { cache_read_tokens: 2048 }), FIRST)).toBeNull();
    expect(cacheBreak(call([], [], { cache_read_tokens: null }), FIRST)).toBeNull();
  });
});

test("a call goes on from the same agent's call before it, else from the latest", () => {
  const tree = buildTree(
    [
      { id: "main", kind: "agent" as const, from: 0, to: 100 },
      { id: "1", kind: "llm" as const, parent: "main", from: 0, to: 10 },
      { id: "helper", kind: "agent" as const, parent: "main", from: 20, to: 50 },
      { id: "2", kind: "llm" as const, parent: "helper", from: 20, to: 30 },
      { id: "echo", kind: "llm" as const, parent: "main", from: 60, to: 70, counted: false },
      { id: "3", kind: "llm" as const, parent: "echo", from: 61, to: 69 },
    ].map(sketched),
  );
  const id = (position: number) => tree.spans[position]?.span_id;

  const pairs = [...previousCalls(tree, new Map())].map(([at, before]) => [id(at), id(before)]);

  expect(pairs).toEqual([
    ["2", "1"],
    ["3", "1"],
  ]);
});
