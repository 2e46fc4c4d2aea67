/** How the parts of a span are read: tools, stacks, media. */

import { describe, expect, test } from "vitest";
import type { MessagePart } from "./conversation";
import { mediaOf } from "./media";
import { stackParts } from "./stack";
import { offeredTools } from "./tools";

function part(type: MessagePart["type"], data: unknown, content = ""): MessagePart {
  return { type, content, id: "", name: "refund", data };
}

describe("offered tools", () => {
  const answer = [
    { role: "assistant", finish_reason: "", parts: [part("tool_call", {}), part("text", null)] },
  ];

  test("are read in every provider's form, with what was called first", () => {
    const forms = [
      { type: "function", function: { name: "search", description: "Finds" } },
      { name: "refund", input_schema: {} },
      { functionDeclarations: [{ name: "escalate" }] },
      { type: "web_search" },
    ];

    const tools = offeredTools(forms, answer);

    expect(tools.map(({ name, calls }) => `${name} ${calls}`)).toEqual([
      "refund 1",
      "search 0",
      "escalate 0",
      "web_search 0",
    ]);
  });

  test("tell a call of what was not offered", () => {
    expect(offeredTools([{ name: "search" }], answer).at(-1)).toMatchObject({
      name: "refund",
      isOffered: false,
    });
    expect(offeredTools("broken", answer)).toEqual([]);
  });
});

describe("a stack", () => {
  const python = `Traceback (most recent call last):
  File "/app/shop.py", line 8, in order
    reply = get(url)
  File "/venv/lib/python3.12/site-packages/httpx/_api.py", line 4, in get
    return send()
  File "/venv/lib/python3.12/site-packages/httpx/_client.py", line 9, in send
    raise TooSlow
httpx.TooSlow: 3 s`;

  test("of Python has own frames and those of libraries apart", () => {
    const parts = stackParts(python);

    expect(parts.map((one) => (one.type === "text" ? one.text : one.isLibrary))).toEqual([
      "Traceback (most recent call last):",
      false,
      true,
      "httpx.TooSlow: 3 s",
    ]);
    expect(parts[1]).toMatchObject({
      frames: [{ place: "/app/shop.py:8", name: "order", code: ["reply = get(url)"] }],
    });
  });

  test("of JavaScript is read, too", () => {
    const parts = stackParts(
      "Error: no\n    at ask (/app/index.js:3:9)\n    at /app/node_modules/x/y.js:1:2",
    );

    expect(parts).toEqual([
      { type: "text", text: "Error: no" },
      {
        type: "frames",
        isLibrary: false,
        frames: [{ place: "/app/index.js:3:9", name: "ask", code: [] }],
      },
      {
        type: "frames",
        isLibrary: true,
        frames: [{ place: "/app/node_modules/x/y.js:1:2", name: "", code: [] }],
      },
    ]);
  });

  test("that is none stays the text it is", () => {
    expect(stackParts("just words")).toEqual([{ type: "text", text: "just words" }]);
  });
});

describe("media", () => {
  test("with their bytes in the message are shown", () => {
    expect(mediaOf(part("image", { mime_type: "image/png", content: "aGk=" }))).toEqual({
      type: "image",
      src: "data:image/png;base64,aGk=",
    });
    expect(mediaOf(part("audio", { data: "aGk=", format: "mp3" })).type).toBe("audio");
  });

  test("from elsewhere are links", () => {
    expect(mediaOf(part("image", { uri: "https://example.com/a.png" })).type).toBe("link");
  });

  test("that could hold a program are neither", () => {
    for (const uri of [
      "data:image/svg+xml;base64,aGk=",
      "javascript:alert(1)",
      "data:text/html,x",
    ]) {
      expect(mediaOf(part("image", { uri })).type).toBe("unknown");
    }
  });
});
