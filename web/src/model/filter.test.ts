import { describe, expect, test } from "vitest";
import { completionAt, problemAt, quoted, tokensOf } from "./filter";
import cases from "./filterCases.json";
import { type FilterField, suggestionsFor, valueQuestion } from "./filterFields";

describe("the tokens of a filter", () => {
  // The server's reader is held to the same file.
  test.each(cases.tokens)("are those that the server sees: $text", ({ text, tokens }) => {
    const found = tokensOf(text);

    expect(found.map((token) => `${token.kind} ${token.text}`)).toEqual(tokens);
    expect(found.every(({ start, end, text: own }) => text.slice(start, end) === own)).toBe(true);
  });

  test.each(cases.mistakes)("cover whatever is written: $text", ({ text }) => {
    const covered = tokensOf(text).map((token) => token.text);

    expect(covered.join("").replaceAll(/\s/gu, "")).toBe(text.replaceAll(/\s/gu, ""));
  });
});

describe("a mistake", () => {
  test("is found by its column, though a character may have two units", () => {
    const text = "👩‍🚀 modle:x";

    const { start, end } = problemAt(text, { message: "no", column: 5, length: 5 });

    expect(text.slice(start, end)).toBe("modle");
  });
});

describe("a value", () => {
  test.each([
    ["gpt-4o", "gpt-4o"],
    ["a:b", "a:b"],
    ["two words", '"two words"'],
    ["f(x)", '"f(x)"'],
    ["a*", '"a*"'],
    ['say "hi" \\', '"say \\"hi\\" \\\\"'],
    ["", '""'],
  ])("is quoted where it would mean something else: %s", (value, written) => {
    expect(quoted(value)).toBe(written);
    expect(tokensOf(`name:${written}`)).toHaveLength(3);
  });
});

describe("completion", () => {
  test.each([
    ["mo", "field", "mo", ""],
    ["kind:llm mo", "field", "mo", ""],
    ["kind:llm ", "field", "", ""],
    ["(mo", "field", "mo", ""],
    ["-", "field", "", ""],
    ["root.mo", "field", "mo", "root"],
    ["model:", "value", "", "model"],
    ["model:gpt", "value", "gpt", "model"],
    ["root.model:gpt", "value", "gpt", "model"],
    ["model:(gpt-4o OR cl", "value", "cl", "model"],
    ["model:(", "value", "", "model"],
    ["model:(gpt-4o OR ", "value", "", "model"],
    ['name:"answer the', "value", "answer the", "name"],
    ['attr["app', "key", "app", "attr"],
    ['attr["', "key", "", "attr"],
    ['attr["app.x"]:go', "value", "go", "attr"],
  ])("offers what fits behind %s", (text, type, prefix, name) => {
    const found = completionAt(text, text.length);

    expect(found?.prefix).toBe(prefix);
    expect(found?.asks).toMatchObject(
      type === "field" ? { type, scope: name } : { type, field: name },
    );
    expect(found && text.slice(found.start, found.end)).toMatch(new RegExp(`^"?${prefix}$`));
  });

  test("knows the key whose values are asked for", () => {
    const text = String.raw`attr["a \"b\""]=x`;

    expect(completionAt(text, text.length)?.asks).toEqual({
      type: "value",
      field: "attr",
      key: 'a "b"',
    });
  });

  test.each(['"refund pol', '"refund policy"', "(a)"])("offers nothing in %s", (text) => {
    expect(completionAt(text, text.length)).toBeNull();
  });
});

const FIELDS: FilterField[] = [
  field("model", "word", ["span", "trace"]),
  field("state", "word", ["trace"], ["open", "stalled"]),
  field("latency", "duration", ["span", "trace"]),
  field("streamed", "flag", ["span"]),
  { ...field("env", "word", ["span", "trace"]), aliases: ["environment"] },
  field("attr", "attribute", ["span"]),
  field("has", "presence", []),
  field("stack", "presence", ["span"]),
];

function field(name: string, type: string, of: string[], choices: string[] = []): FilterField {
  return { name, type, of, choices, aliases: [], hint: `the ${name}`, example: `${name}:x` };
}

describe("suggestions", () => {
  const offered = (text: string, seen: { value: string; count: number }[] = []) =>
    suggestionsFor(FIELDS, completionAt(text, text.length), seen);
  const labels = (text: string) => offered(text).map(({ label }) => label);

  test("name fields with what follows them", () => {
    expect(labels("")).toEqual([
      ...["model:", "state:", "latency>", "streamed:", "env:", 'attr["', "has:"],
    ]);
    expect(labels("enviro")).toEqual(["env:"]);
    expect(labels("stack")).toEqual([]);
  });

  test("keep to the rows that a scope asks", () => {
    expect(labels("span.s")).toEqual(["streamed:"]);
    expect(labels("trace.s")).toEqual(["state:"]);
  });

  test("know the words between terms", () => {
    expect(labels("a O")).toEqual(["OR"]);
    expect(labels("a o")).toEqual([]);
  });

  test("list values by what was seen, then by what there is", () => {
    expect(offered("state:o", [{ value: "open two", count: 3 }])).toEqual([
      { text: '"open two" ', label: "open two", note: "3" },
      { text: "open ", label: "open", note: "" },
    ]);
    expect(labels("state:open")).toEqual([]);
    expect(labels("latency>1")).toEqual([]);
    expect(labels("colour:")).toEqual([]);
  });

  test("close the bracket of a key", () => {
    expect(offered('attr["a', [{ value: 'a"b', count: 1 }])).toEqual([
      { text: String.raw`a\"b"]`, label: 'a"b', note: "1" },
    ]);
  });

  test("offer what a field has to choose from", () => {
    expect(labels("state:")).toEqual(["open", "stalled"]);
    expect(labels("streamed:")).toEqual(["true", "false"]);
    expect(labels("has:s")).toEqual(["state", "streamed", "stack"]);
    expect(labels("has:h")).toEqual([]);
  });

  test("ask the server for words and attributes, by the name that it knows", () => {
    const asked = (text: string) => valueQuestion(FIELDS, completionAt(text, text.length));

    expect(asked("environment:pr")).toEqual({ field: "env", key: "", prefix: "pr" });
    expect(asked('attr["app')).toEqual({ field: "attr", key: "", prefix: "app" });
    expect(asked('attr["app.x"]:g')).toEqual({ field: "attr", key: "app.x", prefix: "g" });
    expect(asked("latency>2")).toBeNull();
    expect(asked("mo")).toBeNull();
    expect(asked("colour:r")).toBeNull();
  });
});
