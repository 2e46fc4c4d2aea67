import { describe, expect, test } from "vitest";
import { arrange, type ChatMessage, parsedJson } from "./conversation";

type Part = ChatMessage["parts"][number];

function part(type: Part["type"], fields: Partial<Part> = {}): Part {
  return { type, content: "", id: "", name: "", data: null, ...fields };
}

function message(role: string, ...parts: Part[]): ChatMessage {
  return { role, parts, finish_reason: "" };
}

function text(content: string): Part {
  return part("text", { content });
}

describe("a conversation", () => {
  test("puts a tool's result into its call", () => {
    const turns = arrange(
      [
        message("user", text("Where is it?")),
        message("assistant", part("tool_call", { id: "1", name: "find", data: { order: 4 } })),
        message("tool", part("tool_result", { id: "1", data: { state: "sent" } })),
      ],
      [message("assistant", text("On its way."))],
    );

    expect(turns.map(({ role }) => role)).toEqual(["user", "assistant", "assistant"]);
    expect(turns[1]?.blocks).toEqual([
      {
        type: "tool",
        call: {
          id: "1",
          name: "find",
          arguments: { order: 4 },
          result: { state: "sent" },
          answered: true,
        },
      },
    ]);
  });

  test("keeps a result whose call is not here", () => {
    const turns = arrange([message("tool", part("tool_result", { id: "9", content: "42" }))], []);

    expect(turns[0]?.blocks).toEqual([{ type: "result", name: "", value: "42" }]);
  });

  test("marks where this call's news begins", () => {
    const turns = arrange(
      [message("user", text("a")), message("assistant", text("b")), message("user", text("c"))],
      [message("assistant", text("d"))],
    );

    expect(turns.map(({ isFirstNew }) => isFirstNew)).toEqual([false, false, true, false]);
  });

  test("marks the answer when only results of tools are new", () => {
    const turns = arrange(
      [
        message("user", text("a")),
        message("assistant", part("tool_call", { id: "1" })),
        message("tool", part("tool_result", { id: "1", content: "x" })),
      ],
      [message("assistant", text("b"))],
    );

    expect(turns.map(({ isFirstNew }) => isFirstNew)).toEqual([false, false, true]);
  });

  test("marks nothing in a first call", () => {
    const turns = arrange([message("user", text("a"))], [message("assistant", text("b"))]);

    expect(turns.some(({ isFirstNew }) => isFirstNew)).toBe(false);
  });

  test("shows an answer without any content", () => {
    expect(arrange([], [message("assistant")])).toHaveLength(1);
  });
});

test.each([
  ['{"a":1}', { a: 1 }],
  ["  [1]", [1]],
  ["plain", null],
  ["{broken", null],
  ["12", null],
])("%s holds the structure %j", (written, value) => {
  expect(parsedJson(written)).toEqual(value);
});
