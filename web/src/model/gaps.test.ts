import { describe, expect, test } from "vitest";
import { drawn, findGaps, moments, timeScale, undrawn } from "./gaps";
import { sketched } from "./sketch";
import { buildTree } from "./tree";

const MS = 1e6;
const tree = buildTree(
  [
    { id: "agent", from: 0, to: 1000 },
    { id: "a", parent: "agent", from: 0, to: 100 },
    { id: "b", parent: "agent", from: 900, to: 1000 },
  ].map(sketched),
);
const scale = timeScale(tree.endNs, findGaps(tree));

describe("a gap", () => {
  test("is a long stretch in which only a container ran", () => {
    expect(findGaps(tree)).toEqual([{ startNs: 100 * MS, endNs: 900 * MS }]);
  });

  test("is drawn short, and everything else keeps its proportions", () => {
    expect(scale.endNs).toBe(208 * MS);
    expect(drawn(scale, 100 * MS)).toBe(100 * MS);
    expect(drawn(scale, 500 * MS)).toBe(104 * MS);
    expect(drawn(scale, 1000 * MS)).toBe(208 * MS);
  });

  test("leads back from what is drawn", () => {
    for (const ms of [0, 50, 100, 300, 899, 900, 950, 1000]) {
      expect(undrawn(scale, drawn(scale, ms * MS)) / MS).toBeCloseTo(ms, 3);
    }
  });

  test("holds no label of the axis", () => {
    const found = moments(scale, { startNs: 0, endNs: scale.endNs }, 5);

    expect(found.map((ns) => ns / MS)).toEqual([0, 50, 100, 900, 950, 1000]);
  });

  test("is not what a span without children spends", () => {
    expect(findGaps(buildTree([sketched({ id: "a", from: 0, to: 100 })]))).toEqual([]);
    expect(findGaps(buildTree([]))).toEqual([]);
  });
});
