import { describe, expect, test } from "vitest";
import { modelName, modelNamed } from "./modelNames";

describe("a model that is typed", () => {
  const known = [
    { provider: "openai", model: "gpt-4o" },
    { provider: "together", model: "meta/llama-3" },
    { provider: "", model: "own" },
  ];

  test("is one of those that were offered", () => {
    for (const one of known) expect(modelNamed(modelName(one), known)).toEqual(one);
  });

  test("or a name of any provider", () => {
    expect(modelNamed(" meta/llama-3 ", known)).toEqual({ provider: "", model: "meta/llama-3" });
  });
});
