import { expect, test } from "vitest";
import { rowsOf } from "./columns";

test("columns become rows in their order", () => {
  const rows = rowsOf<{ name: string; ns: number | null }>({ name: ["a", "b"], ns: [1, null] });

  expect(rows).toEqual([
    { name: "a", ns: 1 },
    { name: "b", ns: null },
  ]);
  expect(rowsOf({})).toEqual([]);
});
