import { describe, expect, it } from "vitest";
import {
  isPlain,
  labelProblem,
  movedLabels,
  parseConfig,
  parseMessages,
  partsOf,
  spokenOf,
  tagsOf,
  variablesOf,
  wholeText,
  wordsOf,
} from "./promptText";

describe("variables", () => {
  it("are what the SDK fills in, in any alphabet", () => {
    expect(partsOf("Hi {{ name }}, {{größe}}{{a-b}}!")).toEqual([
      { text: "Hi ", isVariable: false },
      { text: "{{ name }}", isVariable: true },
      { text: ", ", isVariable: false },
      { text: "{{größe}}", isVariable: true },
      { text: "{{a-b}}!", isVariable: false },
    ]);
    expect(partsOf("")).toEqual([]);
  });

  it("are found once each, wherever they are in messages", () => {
    const messages = [
      { role: "system", content: "Speak {{language}}." },
      { role: "user", content: [{ type: "text", text: "{{question}} in {{ language }}" }] },
    ];
    expect(variablesOf(messages)).toEqual(["language", "question"]);
    expect(variablesOf("none")).toEqual([]);
  });
});

describe("messages", () => {
  it("are plain with a role and a text alone; others are read as they are kept", () => {
    expect(isPlain({ role: "user", content: "x" })).toBe(true);
    expect(isPlain({ role: "user", content: "x", name: "Ann" })).toBe(false);
    expect(isPlain({ type: "placeholder", name: "history" })).toBe(false);
    expect(spokenOf({ role: "user", content: "x" })).toEqual({ role: "user", content: "x" });
    expect(spokenOf({ type: "placeholder", name: "history" })).toEqual({
      role: "message",
      content: '{\n  "type": "placeholder",\n  "name": "history"\n}',
    });
  });

  it("are compared as one text", () => {
    expect(wholeText("as it is")).toBe("as it is");
    expect(
      wholeText([
        { role: "system", content: "Be kind." },
        { role: "user", content: "{{q}}" },
      ]),
    ).toBe("system:\nBe kind.\n\nuser:\n{{q}}");
  });
});

describe("what is written", () => {
  it("is a config where it is JSON, and nothing where it is empty", () => {
    expect(parseConfig('{"temperature": 0.2}')).toEqual({ ok: true, value: { temperature: 0.2 } });
    expect(parseConfig("  ")).toEqual({ ok: true, value: null });
    expect(parseConfig("{").ok).toBe(false);
  });

  it("is messages where it is a list of objects", () => {
    expect(parseMessages('[{"role": "user"}]')).toEqual({ ok: true, value: [{ role: "user" }] });
    for (const text of ["{}", "[1]", "[null]", "[[]]", "x"]) {
      expect(parseMessages(text).ok).toBe(false);
    }
  });

  it("is divided into labels and tags", () => {
    expect(wordsOf(" production, staging production")).toEqual(["production", "staging"]);
    expect(tagsOf("à la carte, mail,, mail")).toEqual(["à la carte", "mail"]);
  });
});

describe("labels", () => {
  it("are of letters, digits and some marks, and latest is nobody's", () => {
    expect(labelProblem(["production", "team:ü/x-1.2_b"])).toBe("");
    expect(labelProblem(["latest"])).toContain("by itself");
    expect(labelProblem(["a b"])).toContain("a b");
    expect(labelProblem(["x".repeat(101)])).not.toBe("");
  });

  it("move from the version that has them now", () => {
    const versions = [
      { version: 3, labels: ["latest", "staging"] },
      { version: 2, labels: ["production"] },
    ];
    expect(movedLabels(["production", "staging", "new", "latest"], versions, 3)).toEqual([
      { label: "production", from: 2 },
    ]);
    expect(movedLabels(["staging"], versions, null)).toEqual([{ label: "staging", from: 3 }]);
  });
});
