import { expect, test } from "vitest";
import { rowsOf } from "./columns";

test("a row reads every column at its place, coded or not", () => {
  const columns = { kind: { values: ["llm", null], codes: [0, 1, 0] }, ns: [7, null, 9] };

  const rows = rowsOf(columns, 3);

  expect(rows.map(({ kind, ns }) => [kind, ns])).toEqual([
    ["llm", 7],
    [null, null],
    ["llm", 9],
  ]);
});
