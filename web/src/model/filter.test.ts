import { describe, expect, test } from "vitest";
import { completionAt, fieldsLike, parseFilter, quoted } from "./filter";

describe("a filter", () => {
  test("turns fields into the API's parameters", () => {
    const { params, errors } = parseFilter("kind:llm model:gpt-4o user:ann");

    expect(errors).toEqual([]);
    expect(params).toEqual({ kind: ["llm"], model: ["gpt-4o"], user: ["ann"] });
  });

  test("turns comparisons into bounds in the API's units", () => {
    const { params } = parseFilter("latency>2s latency<=1.5m cost>$0.05 tokens<10k");

    expect(params).toEqual({
      min_latency_ms: ["2000"],
      max_latency_ms: ["90000"],
      min_cost: ["0.05"],
      max_tokens: ["10000"],
    });
  });

  test("asks for any of the values of a field that is named twice", () => {
    expect(parseFilter("status:error status:cancelled").params).toEqual({
      status: ["error", "cancelled"],
    });
  });

  test("asks for traces by where they are in their life, and names the states there are", () => {
    expect(parseFilter("state:stalled state:crashed").params).toEqual({
      state: ["stalled", "crashed"],
    });
    expect(parseFilter("state:gone").errors[0]?.message).toBe(
      "state is one of open, idle, finished, stalled, crashed",
    );
  });

  test("searches for words and quoted phrases", () => {
    expect(parseFilter('refund "late parcel" kind:tool').params).toEqual({
      q: ['refund "late parcel"'],
      kind: ["tool"],
    });
  });

  test.each(["-status:ok", "kind:llm AND status:ok", "-latency>2s"])(
    "says that it cannot do this yet: %s",
    (text) => {
      const { errors } = parseFilter(text);

      expect(errors).toHaveLength(1);
      expect(errors[0]?.message).toContain("not possible yet");
    },
  );

  test("searches for what is quoted, whatever it looks like", () => {
    expect(parseFilter('"-status:ok" "AND"').params).toEqual({ q: ["-status:ok AND"] });
  });

  test("takes a quoted value with blanks, quotes and colons", () => {
    const value = 'say "hi": now';

    expect(parseFilter(`name:${quoted(value)}`).params).toEqual({ name: [value] });
  });

  test("leaves a colon inside a value alone", () => {
    expect(parseFilter("session:a:b").params).toEqual({ session: ["a:b"] });
  });

  test("of nothing asks for nothing", () => {
    expect(parseFilter("   ")).toEqual({ tokens: [], params: {}, errors: [] });
  });
});

describe("a mistake in a filter", () => {
  test.each([
    ["modle:gpt-4o", 1, 'no field "modle"; did you mean model?'],
    ["kind:llm colour:red", 10, 'no field "colour"'],
    ["latency:2s", 1, "latency is compared with > or <: latency>2s"],
    ["model>3", 1, "model takes a colon: model:gpt-4o"],
    ["latency>fast", 1, '"fast" is not a duration: latency>2s'],
    ["tokens>-3", 1, '"-3" is not a number: tokens>10k'],
    ["kind:agnet", 1, "kind is one of llm, embedding, retriever, reranker, tool, agent, chain, "],
    ["user:", 1, "user needs a value, for example user:ann"],
    ['"never closed', 1, "the quote is not closed"],
  ])("as in %s is told with its column", (text, column, message) => {
    const [error] = parseFilter(text).errors;

    expect(error?.column).toBe(column);
    expect(error?.message).toContain(message);
  });

  test("does not hide the rest", () => {
    expect(parseFilter("modle:x status:error").params).toEqual({ status: ["error"] });
  });

  test("never throws, whatever is written", () => {
    for (const text of ['"', ":", ">>", 'a:"', "a:b:c", "\\", '"\\', "é:ü", "👩‍🚀"]) {
      expect(() => parseFilter(text)).not.toThrow();
    }
  });
});

describe("completion", () => {
  test("offers fields where a word begins", () => {
    expect(completionAt("kind:llm mo", 11)).toEqual({
      start: 9,
      end: 11,
      prefix: "mo",
      field: null,
    });
    expect(fieldsLike("mo").map(({ name }) => name)).toEqual(["model"]);
  });

  test("offers values behind a field's colon", () => {
    const found = completionAt("model:gpt", 9);

    expect(found).toMatchObject({ start: 6, end: 9, prefix: "gpt", field: { name: "model" } });
  });

  test("goes on inside an open quote", () => {
    expect(completionAt('name:"answer the', 16)).toMatchObject({ start: 5, prefix: "answer the" });
  });

  test("offers nothing where a number is compared", () => {
    expect(completionAt("latency>2", 9)).toBeNull();
  });
});
