import { expect, test } from "vitest";
import { changedRow, rowsOf } from "./columns";

test("a row reads every column at its place, coded or not", () => {
  const columns = {
    kind: { values: ["llm", null], codes: [0, 1, 0] },
    ns: [7, null, 9],
    service: { values: ["desk"], codes: [] },
  };

  const rows = rowsOf(columns, 3);

  expect(rows.map(({ kind, ns, service }) => [kind, ns, service])).toEqual([
    ["llm", 7, "desk"],
    [null, null, "desk"],
    ["llm", 9, "desk"],
  ]);
});

test("a changed row reads the rest from the row that it was", () => {
  const [row] = rowsOf({ ns: [7], service: { values: ["desk"], codes: [] } }, 1);

  const changed = row && changedRow(row, { ns: 8 });

  expect([row?.ns, changed?.ns, changed?.service]).toEqual([7, 8, "desk"]);
});
