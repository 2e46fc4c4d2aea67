import { describe, expect, it } from "vitest";
import { choiceAsText, choiceOf, firstChoice, offeredModels, unlisted } from "./modelChoice";

const OPENAI = {
  name: "openai",
  title: "OpenAI",
  models: ["gpt-4o", "gpt-4o-mini"],
  is_usable: true,
  is_simulated: false,
};
const GROQ = { ...OPENAI, name: "groq", title: "Groq", models: ["llama"], is_usable: false };
const SIMULATED = {
  ...OPENAI,
  name: "simulated",
  title: "Simulated",
  models: ["gpt-4o"],
  is_simulated: true,
};
const ALL = [OPENAI, GROQ, SIMULATED];

describe("a choice of a model", () => {
  it("is among those that can be used, and says which are simulated", () => {
    const offered = offeredModels(ALL);

    expect(offered.map(choiceAsText)).toEqual([
      "openai/gpt-4o",
      "openai/gpt-4o-mini",
      "simulated/gpt-4o",
    ]);
    expect(offered.map(({ isSimulated }) => isSimulated)).toEqual([false, false, true]);
  });

  it("stays what it was while its provider can be used, else is the same model elsewhere or the first", () => {
    const before = { provider: "openai", model: "o9", title: "Of a conversation" };

    expect(firstChoice(ALL, before)).toEqual({ provider: "openai", model: "o9" });
    expect(firstChoice(ALL, { provider: "groq", model: "llama" })?.provider).toBe("openai");
    expect(firstChoice(ALL, { provider: "groq", model: "gpt-4o-mini" })).toEqual({
      provider: "openai",
      model: "gpt-4o-mini",
    });
    expect(firstChoice([GROQ, SIMULATED], null)?.provider).toBe("simulated");
    expect(firstChoice([], null)).toBeNull();
  });

  it("is written as one word and read again, with slashes in the model", () => {
    const choice = { provider: "openrouter", model: "meta/llama-4" };

    expect(choiceOf(choiceAsText(choice))).toEqual(choice);
    expect(choiceOf("")).toBeNull();
    expect(choiceOf("/x")).toBeNull();
    expect(choiceOf("openai/")).toBeNull();
  });

  it("can be a name that is typed, of any provider that does not list it", () => {
    expect(unlisted(ALL, " o9 ").map(choiceAsText)).toEqual(["openai/o9", "simulated/o9"]);
    expect(unlisted(ALL, "gpt-4o-mini").map(choiceAsText)).toEqual(["simulated/gpt-4o-mini"]);
    expect(unlisted(ALL, "two words")).toEqual([]);
  });
});
