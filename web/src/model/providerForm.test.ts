import { expect, test } from "vitest";
import {
  keyWords,
  losesKey,
  modelWords,
  namesIn,
  stateOf,
  typedOf,
  wantedOf,
} from "./providerForm";

const OPENAI = {
  name: "openai",
  title: "OpenAI",
  form: "openai",
  base_url: "https://api.openai.com",
  source: "built_in",
  key: "none",
  is_enabled: true,
  is_usable: false,
  is_simulated: false,
  has_named_models: false,
  models: ["gpt-4o"],
} as const;
const OURS = {
  ...OPENAI,
  name: "ours",
  title: "ours",
  base_url: "http://10.0.0.7/v1",
  source: "stored",
  key: "stored",
  is_usable: true,
} as const;

test("a provider tells whether it can be called, and why not", () => {
  const lost = { ...OURS, key: "unreadable", is_usable: false } as const;
  const words = [
    OPENAI,
    OURS,
    { ...OURS, is_enabled: false },
    lost,
    { ...OURS, key: "not_needed", is_usable: false } as const,
  ].map((row) => stateOf(row).word);

  expect(words).toEqual([
    "With callers' keys alone",
    "Ready",
    "Switched off",
    "Key lost",
    "No address",
  ]);
  expect(keyWords(lost)).toContain("enter it again");
});

test("a key that is not typed stays as it is", () => {
  const typed = { ...typedOf(OURS), title: "Ours" };

  expect(wantedOf(typed, OURS)).toEqual({
    title: "Ours",
    base_url: "http://10.0.0.7/v1",
    models: [],
  });
});

test("a key is typed, or removed", () => {
  const typed = { ...typedOf(OPENAI), key: " sk-1 " };

  expect(wantedOf(typed, OPENAI).key).toBe("sk-1");
  expect(wantedOf({ ...typed, isKeyRemoved: true }, OPENAI).key).toBe("");
});

test("the form is told of a name of one's own, and of a known one never", () => {
  expect(wantedOf({ ...typedOf(null), form: "gemini" }, null).form).toBe("gemini");
  expect(wantedOf({ ...typedOf(OURS), form: "gemini" }, OURS).form).toBe("gemini");
  expect(wantedOf(typedOf(OPENAI), OPENAI).form).toBeUndefined();
});

test("another address needs the key again, unless it is typed with it", () => {
  const moved = { ...typedOf(OURS), baseUrl: "http://10.0.0.8/v1" };

  expect(losesKey(moved, OURS)).toBe(true);
  expect(losesKey({ ...moved, key: "sk-1" }, OURS)).toBe(false);
  expect(losesKey(typedOf(OURS), OURS)).toBe(false);
  expect(losesKey({ ...typedOf(OPENAI), baseUrl: "http://a" }, OPENAI)).toBe(false);
});

test("models are typed with any space between, each once", () => {
  expect(namesIn(" a, b\nb\tc ,")).toEqual(["a", "b", "c"]);
  expect(typedOf({ ...OURS, has_named_models: true, models: ["a", "b"] }).models).toBe("a\nb");
  expect(typedOf(OURS).models).toBe("");
});

test("of many models the first are named", () => {
  expect(modelWords([])).toBe("");
  expect(modelWords(["a", "b"])).toBe("a, b");
  expect(modelWords(["a", "b", "c", "d", "e"])).toBe("a, b, c and 2 more");
});
