import { describe, expect, test } from "vitest";
import { attemptsId, type Folds, groupsOf, NO_FOLDS, revealed, rowIndex, rowsOf } from "./rows";
import { type Sketch, sketched } from "./sketch";
import { buildTree } from "./tree";

function shown(sketches: readonly Sketch[], folds: Folds = NO_FOLDS): string[] {
  const tree = buildTree(sketches.map(sketched));
  const nameAt = (position: number) => tree.spans[position]?.span_id ?? "";
  return rowsOf(tree, groupsOf(tree), folds).map((row) =>
    row.type === "repeat"
      ? `${nameAt(row.position)} × ${row.repeat.positions.length}`
      : [nameAt(row.position), ...row.attempts.map(nameAt)].join(" after "),
  );
}

function repeated(count: number, name = "search"): Sketch[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `${name}${at}`,
    parent: "root",
    name,
    kind: "tool" as const,
    from: at * 10,
    to: at * 10 + 5,
    cost: "0.5",
    status: at === 3 ? ("error" as const) : ("ok" as const),
  }));
}

const ROOT: Sketch = { id: "root", from: 0, to: 1000 };
const ATTEMPTS: Sketch[] = [
  { id: "one", parent: "root", from: 0, to: 1, status: "error" },
  { id: "two", parent: "root", from: 2, to: 3, status: "error", retryOf: "one" },
  { id: "three", parent: "root", from: 4, to: 5, retryOf: "one" },
];

describe("attempts", () => {
  test("share the row of the last, whether they name the first or the one before", () => {
    const chained = ATTEMPTS.map((one) => (one.id === "three" ? { ...one, retryOf: "two" } : one));

    expect(shown([ROOT, ...ATTEMPTS])).toEqual(["root", "three after one after two"]);
    expect(shown([ROOT, ...chained])).toEqual(["root", "three after one after two"]);
  });

  test("have rows of their own once their group is opened", () => {
    const opened = new Set([attemptsId({ ...sketched(ROOT), span_id: "three" })]);

    const rows = shown([ROOT, ...ATTEMPTS], { ...NO_FOLDS, opened });

    expect(rows).toEqual(["root", "one", "two", "three after one after two"]);
  });

  test("whose ids form a ring are shown one by one", () => {
    const ring: Sketch[] = [
      { id: "one", from: 0, to: 1, retryOf: "two" },
      { id: "two", from: 2, to: 3, retryOf: "one" },
    ];

    expect(shown(ring)).toHaveLength(2);
  });
});

describe("repeated children", () => {
  test("are one row with their work, errors and cost", () => {
    const tree = buildTree([ROOT, ...repeated(412)].map(sketched));

    const [repeat] = groupsOf(tree).repeats.values();

    expect(shown([ROOT, ...repeated(412)])).toEqual(["root", "search0 × 412"]);
    expect(repeat).toMatchObject({ workNs: 412 * 5e6, errors: 1, cost: 206 });
    expect(repeat?.busy.length).toBeLessThan(130);
  });

  test("of a few, or with others between them, stay as they are", () => {
    const mixed = repeated(20).map((one, at) => (at % 4 === 0 ? { ...one, name: "other" } : one));

    expect(shown([ROOT, ...repeated(7)])).toHaveLength(8);
    expect(shown([ROOT, ...mixed])).toHaveLength(21);
  });

  test("unfold below the row that stood for them", () => {
    const opened = new Set(["repeat search0"]);

    const rows = shown([ROOT, ...repeated(8)], { ...NO_FOLDS, opened });

    expect(rows.slice(0, 3)).toEqual(["root", "search0 × 8", "search0"]);
    expect(rows).toHaveLength(10);
  });
});

describe("folds", () => {
  const sketches = [
    ROOT,
    { id: "b", parent: "root", from: 0, to: 9 },
    { id: "c", parent: "b", from: 0, to: 9 },
    { id: "d", parent: "root", from: 10, to: 11 },
  ];

  test("hide the whole subtree and nothing else", () => {
    expect(shown(sketches, { ...NO_FOLDS, closed: new Set(["b"]) })).toEqual(["root", "b", "d"]);
  });

  test("give way to a span that is looked for, in a subtree, a repeat or among attempts", () => {
    const tree = buildTree([ROOT, ...ATTEMPTS, ...repeated(9)].map(sketched));
    const groups = groupsOf(tree);
    const closed = { ...NO_FOLDS, closed: new Set(["root", "elsewhere"]) };

    for (const id of ["two", "search5"]) {
      const position = tree.positionOf(id);
      const folds = revealed(tree, groups, closed, position);
      const rows = rowsOf(tree, groups, folds);

      expect([...folds.closed]).toEqual(["elsewhere"]);
      expect(rows[rowIndex(rows, position)]).toMatchObject({ type: "span", position });
    }
  });

  test("of a chain of 20 000 spans are read without recursion", () => {
    const chain = Array.from({ length: 20_000 }, (_, at) => ({
      id: String(at),
      parent: at === 0 ? "" : String(at - 1),
      from: 0,
      to: 1,
    }));

    expect(shown(chain)).toHaveLength(20_000);
    expect(shown(chain, { ...NO_FOLDS, closed: new Set(["10"]) })).toHaveLength(11);
  });
});
