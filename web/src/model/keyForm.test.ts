import { expect, test } from "vitest";
import { newKey, withScope } from "./keyForm";

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
