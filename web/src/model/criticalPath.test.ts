import { describe, expect, test } from "vitest";
import { criticalPath, fewerSegments } from "./criticalPath";
import { type Sketch, sketched } from "./sketch";
import { buildTree } from "./tree";

/** The path as text: `a 0-10` for each segment in milliseconds, in order of time. */
function pathOf(...sketches: Sketch[]): string[] {
  const tree = buildTree(sketches.map(sketched));
  return [...criticalPath(tree).values()]
    .flat()
    .sort((a, b) => a.startNs - b.startNs)
    .map(({ position, startNs, endNs }) => {
      return `${tree.spans[position]?.span_id} ${startNs / 1e6}-${endNs / 1e6}`;
    });
}

describe("the critical path", () => {
  test("of one span is the span", () => {
    expect(pathOf({ id: "a", from: 0, to: 10 })).toEqual(["a 0-10"]);
  });

  test("goes through children and leaves the gaps to the parent", () => {
    const path = pathOf(
      { id: "a", from: 0, to: 100 },
      { id: "b", parent: "a", from: 10, to: 40 },
      { id: "c", parent: "a", from: 50, to: 90 },
    );

    expect(path).toEqual(["a 0-10", "b 10-40", "a 40-50", "c 50-90", "a 90-100"]);
  });

  test("takes the child that ended last of those that ran side by side", () => {
    const path = pathOf(
      { id: "a", from: 0, to: 100 },
      { id: "fast", parent: "a", from: 10, to: 50 },
      { id: "slow", parent: "a", from: 10, to: 100 },
    );

    expect(path).toEqual(["a 0-10", "slow 10-100"]);
  });

  test("cuts a child that outlives its parent", () => {
    const path = pathOf({ id: "a", from: 0, to: 50 }, { id: "b", parent: "a", from: 10, to: 80 });

    expect(path).toContain("b 10-50");
  });

  test("takes siblings as one after the other when clocks disagree a little", () => {
    const path = pathOf(
      { id: "a", from: 0, to: 200 },
      { id: "b", parent: "a", from: 0, to: 100.5 },
      { id: "c", parent: "a", from: 100, to: 200 },
    );

    expect(path).toEqual(["b 0-100", "c 100-200"]);
  });

  test("follows an open span to the latest known moment", () => {
    const path = pathOf(
      { id: "a", from: 0, to: null },
      { id: "b", parent: "a", from: 0, to: 30 },
      { id: "c", parent: "a", from: 30, to: null },
      { id: "d", parent: "c", from: 35, to: 90 },
    );

    expect(path).toEqual(["b 0-30", "c 30-35", "d 35-90"]);
  });

  test("covers every moment of a rooted trace exactly once", () => {
    let seed = 7;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const sketches: Sketch[] = [{ id: "0", from: 0, to: 1000 }];
    for (let at = 1; at < 200; at += 1) {
      const parent = sketches[Math.floor(random() * at)];
      if (!parent) continue;
      const from = parent.from + random() * ((parent.to ?? 0) - parent.from);
      const to = from + random() * ((parent.to ?? 0) - from);
      sketches.push({ id: String(at), parent: parent.id, from, to });
    }

    const tree = buildTree(sketches.map(sketched));
    const segments = [...criticalPath(tree).values()].flat();

    const total = segments.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0);
    expect(total).toBeCloseTo(1000e6, -2);
  });
});

test("segments that are too many grow together over the smallest gaps, and none is left out", () => {
  const segments = [0, 10, 12, 30, 31, 60].map((startNs) => ({
    position: 0,
    startNs,
    endNs: startNs + 1,
  }));
  const ends = (most: number) =>
    fewerSegments(segments, most).map(({ startNs, endNs }) => [startNs, endNs]);
  expect(fewerSegments(segments, 6)).toBe(segments);
  expect(ends(4)).toEqual([
    [0, 1],
    [10, 13],
    [30, 32],
    [60, 61],
  ]);
  expect(ends(1)).toEqual([[0, 61]]);
});
