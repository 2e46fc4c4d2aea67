import { expect, it } from "vitest";
import { parseHistory, withQuery } from "./sqlHistory";

const query = (sql: string, rows: number | null = 1) => ({ sql, rows, at: "2026-11-22T09:00:00Z" });

it("has the last query first, and each once", () => {
  const history = withQuery(withQuery([query("a")], query("b")), query("a", null));

  expect(history).toEqual([query("a", null), query("b")]);
});

it("is bounded", () => {
  const many = Array.from({ length: 40 }, (_, at) => query(`select ${at}`));

  expect(many.reduce(withQuery, [query("first")]).length).toBe(30);
});

it("comes back from where it was stored, without what cannot be read", () => {
  expect(parseHistory(JSON.stringify([query("a"), { sql: 3 }, null]))).toEqual([query("a")]);
  expect(parseHistory("{}")).toEqual([]);
  expect(parseHistory("broken")).toEqual([]);
});
