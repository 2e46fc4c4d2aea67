import { expect, test } from "vitest";
import { limitWords, newKey, withScope } from "./keyForm";

test("a new key sends and does nothing else", () => {
  const key = newKey("shop");

  expect(key.scopes).toEqual(["ingest"]);
  expect(key.expires_s).toBeNull();
});

test("scopes keep their order, whatever the order of the clicks", () => {
  const key = withScope(withScope(newKey("shop"), "admin", true), "read", true);

  expect(key.scopes).toEqual(["ingest", "read", "admin"]);
});

test("a scope is taken away, and a second time changes nothing", () => {
  const key = withScope(withScope(newKey("shop"), "ingest", false), "ingest", false);

  expect(key.scopes).toEqual([]);
});

test("limits of calls go with the scope that they are for", () => {
  const virtual = { ...withScope(newKey("shop"), "gateway", true), models: ["gpt-4o"] };

  const key = withScope(virtual, "gateway", false);

  expect(withScope(virtual, "read", true).models).toEqual(["gpt-4o"]);
  expect(key.models).toEqual([]);
});

test("the limits of a virtual key are told a line each", () => {
  const limits = { models: ["gpt-4o", "o*"], providers: ["openai"], calls_per_minute: 5 };

  expect(limitWords(limits)).toBe("Models: gpt-4o, o*\nProviders: openai\n5 calls a minute");
  expect(limitWords({ models: [], providers: [], calls_per_minute: null })).toBe("");
});
