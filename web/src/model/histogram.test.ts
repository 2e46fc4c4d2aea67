import { describe, expect, test } from "vitest";
import { barAt, barsOf, sparkPath, timeBetween, totalOf } from "./histogram";

const POINTS = [
  { start: "2026-11-21T10:00:00Z", count: 100, errors: 0 },
  { start: "2026-11-21T10:01:00Z", count: 1, errors: 1 },
  { start: "2026-11-21T10:02:00Z", count: 0, errors: 0 },
];
const START = Date.parse("2026-11-21T10:00:00Z");

describe("the histogram", () => {
  test("shows what came even where it is little, and nothing where nothing came", () => {
    const [most, little, none] = barsOf(POINTS);

    expect(most?.height).toBe(1);
    expect(little?.height).toBeGreaterThan(0.02);
    expect(little?.errorHeight).toBe(little?.height);
    expect(none?.height).toBe(0);
    expect(totalOf(POINTS)).toBe(101);
  });

  test("means whole bars by a drag in either direction", () => {
    const bars = barsOf(POINTS);
    const both = { fromMs: START, toMs: START + 120_000 };

    expect(timeBetween(bars, 60_000, 0, 1)).toEqual(both);
    expect(timeBetween(bars, 60_000, 1, 0)).toEqual(both);
    expect(timeBetween(bars, 60_000, 2, 99)).toEqual({
      fromMs: START + 120_000,
      toMs: START + 180_000,
    });
  });

  test("never means an empty time", () => {
    expect(timeBetween(barsOf(POINTS.slice(0, 1)), 0, 0, 0)).toEqual({
      fromMs: START,
      toMs: START + 1,
    });
    expect(timeBetween([], 1, 0, 0)).toBeNull();
  });

  test("finds the bar below the pointer, also outside of the strip", () => {
    expect([-1, 0, 0.5, 0.99, 2].map((share) => barAt(10, share))).toEqual([0, 0, 5, 9, 9]);
  });

  test("draws small counts as lines that can be seen", () => {
    expect(sparkPath([0, 1, 100], 30, 10)).toBe("M10.0 10V8.5M20.0 10V0.0");
  });
});
