import { describe, expect, it } from "vitest";
import { contextOf, parametersOf, parameterTexts } from "./chatSettings";

describe("the parameters of a conversation", () => {
  it("are numbers in fields, and what has no field stays", () => {
    const before = { temperature: 0.2, seed: 7 };
    const texts = parameterTexts(before);

    expect(texts).toEqual({ temperature: "0.2" });
    expect(parametersOf(before, { ...texts, max_tokens: " 100 " })).toEqual({
      temperature: 0.2,
      max_tokens: 100,
      seed: 7,
    });
  });

  it("are the provider's own where a field is empty, and none where it is no number", () => {
    expect(parametersOf({ temperature: 1 }, { temperature: " " })).toEqual({});
    expect(parametersOf({}, { top_p: "0,9" })).toEqual({ top_p: 0.9 });
    expect(parametersOf({}, { top_p: "much" })).toBeNull();
  });
});

describe("what goes along", () => {
  it("is everything, or so many turns or tokens", () => {
    expect(contextOf("all", "")).toEqual({ kind: "all", count: 0 });
    expect(contextOf("turns", "3")).toEqual({ kind: "turns", count: 3 });
    expect(contextOf("tokens", "0")).toBeNull();
    expect(contextOf("turns", "1.5")).toBeNull();
  });
});
