import { describe, expect, it } from "vitest";
import {
  changedMessage,
  configOf,
  type Draft,
  draftOf,
  EMPTY_DRAFT,
  movedMessage,
  requestOf,
  templateOf,
  withMessage,
  withoutMessage,
  withPart,
  withTarget,
} from "./playground";

const CALL = { type: "tool_call", id: "c1", name: "weather", data: { city: "Rome" } };
const ASKED = {
  messages: [
    { role: "system", parts: [{ type: "text", content: "Be brief." }] },
    { role: "user", parts: [{ type: "text", content: "Weather?" }] },
    { role: "assistant", parts: [CALL] },
  ],
  tools: [{ name: "weather" }],
  parameters: { temperature: 0.5 },
  provider: "openai",
  model: "gpt-4o",
};

function sent(draft: Draft) {
  const checked = requestOf(draft);
  if (!checked.ok) throw new Error(checked.problem);
  return checked.body;
}

describe("a request of a span", () => {
  it("is sent as it was when nothing is changed", () => {
    const { messages, tools, parameters, targets } = sent(draftOf(ASKED));

    expect({ messages, tools, parameters }).toEqual({
      messages: ASKED.messages,
      tools: ASKED.tools,
      parameters: ASKED.parameters,
    });
    expect(targets).toEqual([{ provider: "openai", model: "gpt-4o" }]);
  });

  it("is changed message by message", () => {
    const draft = draftOf(ASKED);
    const [system, user] = draft.messages;
    if (!system || !user) throw new Error("two messages");
    const moved = movedMessage(draft, user.key, -1);
    const more = withPart(withMessage(moved, "user"), user.key, true);
    const written = changedMessage(more, user.key, (one) => ({
      ...one,
      parts: one.parts.map((part) => ({ ...part, text: "So?" })),
    }));
    const { messages } = sent(withoutMessage(written, system.key));

    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
    expect(messages[0]?.parts).toHaveLength(2);
    expect(movedMessage(draft, system.key, -1)).toBe(draft);
    expect(new Set(more.messages.map(({ key }) => key)).size).toBe(4);
  });

  it("tells what is wrong with it", () => {
    const problem = (draft: Draft) => {
      const checked = requestOf(draft);
      return checked.ok ? "" : checked.problem;
    };
    const draft = draftOf(ASKED);

    expect(problem({ ...draft, tools: "{" })).toBe("The tools cannot be read as JSON.");
    expect(problem({ ...draft, tools: "{}" })).toBe("The tools are a list, in brackets.");
    expect(problem({ ...draft, parameters: "[]" })).toBe(
      "The parameters are an object, in braces.",
    );
    expect(problem({ ...draft, targets: [] })).toBe("No model is chosen.");
    expect(problem(EMPTY_DRAFT)).toBe("No message has a text.");
  });
});

describe("a prompt of it", () => {
  it("has roles and texts, and beside them what is no text", () => {
    const body = sent(draftOf(ASKED));

    expect(templateOf(body)).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Weather?" },
      { role: "assistant", content: "", parts: [CALL] },
    ]);
    expect(configOf(body)).toEqual({
      provider: "openai",
      model: "gpt-4o",
      temperature: 0.5,
      tools: [{ name: "weather" }],
    });
  });
});

describe("who is asked", () => {
  it("is each model once, six at the most", () => {
    const one = { provider: "simulated", model: "gpt-4o" };
    let draft = withTarget(draftOf(ASKED), one);

    expect(withTarget(draft, one)).toBe(draft);
    expect(withTarget(draft, { ...one, model: "x" }, 0).targets[0]?.model).toBe("x");
    for (let count = 0; count < 9; count += 1)
      draft = withTarget(draft, { ...one, model: `${count}` });
    expect(draft.targets).toHaveLength(6);
  });
});
