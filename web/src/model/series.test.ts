import { describe, expect, it } from "vitest";
import {
  about,
  binFilter,
  binLabel,
  column,
  middleBin,
  originText,
  perMinute,
  secondsOf,
  stacked,
} from "./series";

describe("columns of a chart", () => {
  it("have seconds, numbers of money as text, and gaps", () => {
    expect(secondsOf(["1970-01-01T00:00:02.500000001Z"])).toEqual([2.5]);
    expect(column([{ at: "0.25" }, { at: null }], ({ at }) => at)).toEqual([0.25, null]);
  });

  it("stand on top of each other, the last at the bottom", () => {
    expect(stacked([1, 2], [10, null], [100, 200])).toEqual([
      [111, 202],
      [110, 200],
      [100, 200],
    ]);
    expect(stacked()).toEqual([]);
  });
});

describe("a distribution", () => {
  const bins = [
    { low: 0, high: 1_000_000, traces: 1 },
    { low: 1_000_000, high: 1_500_000, traces: 0 },
    { low: 1_500_000, high: null, traces: 3 },
  ];

  it("names its bins", () => {
    expect(bins.map((bin) => binLabel(bin, "latency"))).toEqual([
      "below 1.00 ms",
      "1.00 ms – 1.50 ms",
      "1.50 ms and more",
    ]);
    expect(binLabel({ low: 2, high: 3, traces: 1 }, "tokens")).toBe("2");
  });

  it("leads to the traces of a bin", () => {
    expect(bins.map((bin) => binFilter(bin, "latency"))).toEqual([
      "latency<1ms",
      "latency>=1ms latency<1.5ms",
      "latency>=1.5ms",
    ]);
    expect(binFilter({ low: 70, high: 100, traces: 1 }, "tokens")).toBe("tokens>=70 tokens<100");
  });

  it("has its middle where half of the traces are", () => {
    expect(middleBin(bins)).toBe(bins[2]);
    expect(middleBin([])).toBeNull();
  });
});

it("tells a rate a minute, also of a window without width", () => {
  expect(perMinute(30, 600_000)).toBe(3);
  expect(perMinute(30, 0)).toBe(0);
});

it("marks what was estimated, but not what is unknown", () => {
  expect(about({ value: "12", unit: "k" }, true)).toEqual({ value: "≈\u200912", unit: "k" });
  expect(about({ value: "12", unit: "" }, false).value).toBe("12");
  expect(about({ value: "–", unit: "" }, true).value).toBe("–");
});

it("says where figures come from", () => {
  expect(originText({ source: "raw", raw_hours: 0 })).toBe("Computed from every span");
  expect(originText({ source: "rollups", raw_hours: 0 })).toBe("Computed from sums by the hour");
  expect(originText({ source: "rollups", raw_hours: 1 })).toBe(
    "Computed from sums by the hour, and 1 hour span by span",
  );
  expect(originText({ source: "rollups", raw_hours: 3 })).toContain("3 hours span by span");
});
