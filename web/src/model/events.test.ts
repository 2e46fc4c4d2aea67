import { expect, test } from "vitest";
import { shareOf, sinceNs } from "./events";

test("the time between two moments keeps its nanoseconds", () => {
  expect(sinceNs("2026-11-21T10:00:00.000000001Z", "2026-11-21T10:00:01.000000003Z")).toBe(1e9 + 2);
  expect(sinceNs("2026-11-21T10:00:00.900000000Z", "2026-11-21T10:00:01.1Z")).toBe(2e8);
});

test("a moment outside of its span stands at the edge", () => {
  expect([-5, 50, 500].map((ns) => shareOf(ns, 100))).toEqual([0, 0.5, 1]);
  expect(shareOf(5, null)).toBe(0);
});
