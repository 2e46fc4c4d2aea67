import { describe, expect, it } from "vitest";
import {
  draftOf,
  draftProblem,
  isWritten,
  movedMessage,
  readDraft,
  templateOf,
  turned,
} from "./promptDraft";

const PLAIN = [
  { role: "system", content: "Be kind." },
  { role: "user", content: "{{q}}" },
];
const ODD = [{ type: "placeholder", name: "history" }];

describe("a draft", () => {
  it("begins from a version as it is, in the form that can hold it", () => {
    const text = draftOf({ template: "Hi {{name}}", config: { t: 1 }, version: 3 });
    expect(text).toMatchObject({ kind: "text", text: "Hi {{name}}", from: 3 });
    expect(text.config).toBe('{\n  "t": 1\n}');
    expect(draftOf({ template: PLAIN, config: null, version: 1 })).toMatchObject({
      kind: "chat",
      messages: PLAIN,
      config: "",
    });
    const odd = draftOf({ template: ODD, config: null, version: 1 });
    expect(odd.kind).toBe("json");
    expect(templateOf(odd)).toEqual({ ok: true, value: ODD });
  });

  it("says why it cannot be saved", () => {
    expect(draftProblem(draftOf(null))).toBe("There is no text.");
    const chat = draftOf({ template: PLAIN, config: null, version: 1 });
    expect(draftProblem(chat)).toBe("");
    expect(draftProblem({ ...chat, messages: [] })).toBe("There is no message.");
    expect(draftProblem({ ...chat, config: "{" })).toContain("Config: This is not JSON");
    expect(draftProblem({ ...chat, kind: "json", json: "[" })).toContain("not JSON");
  });

  it("is turned into another form without losing what is written", () => {
    const text = draftOf({ template: "Hi {{name}}", config: null, version: 3 });
    const chat = turned(text, "chat");
    expect(templateOf(chat)).toEqual({
      ok: true,
      value: [{ role: "user", content: "Hi {{name}}" }],
    });
    expect(templateOf(turned(chat, "json"))).toEqual(templateOf(chat));
    expect(turned(chat, "text").text).toBe("Hi {{name}}");
    const odd = draftOf({ template: ODD, config: null, version: 1 });
    expect(turned(odd, "chat").json).toBe(odd.json);
  });

  it("outlives a reload, and what is none does not break the page", () => {
    const draft = { ...draftOf(null), text: "half" };
    expect(readDraft(JSON.stringify(draft))).toEqual(draft);
    for (const text of ["", "{", "null", '{"kind":"x"}', '{"messages":[1]}', '{"messages":7}']) {
      const read = readDraft(text);
      expect(read === null || read.kind === "text").toBe(true);
    }
  });

  it("is written where something else than at its beginning stands in it", () => {
    const base = draftOf({ template: "a", config: null, version: 1 });
    expect(isWritten(base, base)).toBe(false);
    expect(isWritten({ ...base, json: "[]" }, base)).toBe(false);
    expect(isWritten({ ...base, text: "b" }, base)).toBe(true);
    expect(isWritten({ ...base, config: "{}" }, base)).toBe(true);
  });

  it("moves a message by one, and leaves it at the ends", () => {
    const [first, second] = PLAIN;
    expect(movedMessage(PLAIN, 0, 1)).toEqual([second, first]);
    expect(movedMessage(PLAIN, 0, -1)).toEqual(PLAIN);
    expect(movedMessage(PLAIN, 1, 1)).toEqual(PLAIN);
  });
});
