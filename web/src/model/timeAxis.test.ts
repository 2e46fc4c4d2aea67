import { expect, test } from "vitest";
import { barBox, roomyTicks, ticks } from "./timeAxis";

const SECOND = 1e9;

test.each([
  [8.2 * SECOND, [0, 2, 4, 6, 8]],
  [0.9 * SECOND, [0, 0.2, 0.4, 0.6, 0.8]],
  [300 * SECOND, [0, 60, 120, 180, 240, 300]],
])("ticks of %d ns are round", (endNs, seconds) => {
  const found = ticks({ startNs: 0, endNs }, 5).map((ns) => ns / SECOND);

  expect(found).toHaveLength(seconds.length);
  found.forEach((moment, at) => expect(moment).toBeCloseTo(seconds[at] ?? -1));
});

test("ticks of a window that is zoomed into stand at the same moments", () => {
  expect(ticks({ startNs: 1.5 * SECOND, endNs: 3.5 * SECOND }, 4)).toEqual([
    1.5 * SECOND,
    2 * SECOND,
    2.5 * SECOND,
    3 * SECOND,
    3.5 * SECOND,
  ]);
});

test("ticks of nothing are one", () => {
  expect(ticks({ startNs: 5, endNs: 5 }, 5)).toEqual([5]);
});

test("a bar is cut at the window's edges", () => {
  const window = { startNs: 100, endNs: 200 };

  expect(barBox(window, 50, 150)).toEqual({ left: 0, width: 50 });
  expect(barBox(window, 150, 900)).toEqual({ left: 50, width: 50 });
  expect(barBox(window, 0, 40)).toBeNull();
  expect(barBox(window, 300, 400)).toBeNull();
});

test("labels that would touch, or be cut, are left out", () => {
  const of = (share: number) => ({ text: "1.20 s", share });

  const kept = roomyTicks([of(0), of(0.1), of(0.5), of(0.54), of(0.95)], 250);

  expect(kept.map(({ share }) => share)).toEqual([0, 0.5]);
});
