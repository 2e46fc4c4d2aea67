import { describe, expect, test } from "vitest";
import {
  change,
  formatAge,
  formatChange,
  formatCount,
  formatDuration,
  formatMoney,
  formatShare,
  parseTime,
  trimZeros,
} from "./format";

describe("a duration", () => {
  test.each([
    [0, "0 ns"],
    [999, "999 ns"],
    [1_500, "1.50 µs"],
    [850_000_000, "850 ms"],
    [999_600_000, "1.00 s"],
    [1_240_000_000, "1.24 s"],
    [12_400_000_000, "12.4 s"],
    [99_960_000_000, "1 m 40 s"],
    [125_000_000_000, "2 m 05 s"],
    [3_600_000_000_000, "1 h 00 m"],
  ])("of %d ns reads %s", (ns, text) => {
    expect(formatDuration(ns)).toBe(text);
  });

  test("that has not ended is a dash", () => {
    expect(formatDuration(null)).toBe("–");
  });
});

describe("a count", () => {
  test.each([
    [0, "0"],
    [412, "412"],
    [999, "999"],
    [1000, "1k"],
    [3_120, "3.1k"],
    [31_200, "31k"],
    [999_600, "1M"],
    [1_200_000, "1.2M"],
  ])("of %d reads %s", (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});

describe("money", () => {
  test.each([
    ["0", "$0"],
    ["12.3", "$12.30"],
    ["1234.5", "$1,235"],
    ["0.0123", "$0.0123"],
    ["0.05", "$0.0500"],
    ["0.00397", "$0.00397"],
    ["0.000762", "$0.00076"],
    ["0.0000045", "$0.0000045"],
    ["0.00000099", "$9.9e-7"],
    ["0.000000996", "$1.0e-6"],
    ["0.000001", "$0.0000010"],
    ["0.01", "$0.0100"],
    ["0.00000008", "$8.0e-8"],
    ["0.0000000996", "$1.0e-7"],
    ["0.000000000001", "$1.0e-12"],
    // Halves go up, also where the binary number is a bit less.
    ["0.0000775", "$0.000078"],
    ["0.00000775", "$0.0000078"],
    ["0.00012345", "$0.00012"],
    ["0.0010005", "$0.00100"],
    ["0.10005", "$0.100"],
    ["1.005", "$1.01"],
    ["-0.0000775", "−$0.000078"],
  ])("of %s dollars reads %s", (dollars, text) => {
    expect(formatMoney(dollars)).toBe(text);
  });

  test("never reads as zero when it is not", () => {
    for (let power = 0; power >= -12; power -= 1) {
      expect(Number(formatMoney(10 ** power).slice(1))).toBeGreaterThan(0);
    }
  });
});

test.each([
  [0, "0 %"],
  [0.0004, "<0.1 %"],
  [0.004, "0.4 %"],
  [0.1, "10 %"],
  [0.744, "74 %"],
])("a share of %d reads %s", (share, text) => {
  expect(formatShare(share)).toBe(text);
});

test.each([
  ["15.0 s", "15 s"],
  ["$0.100", "$0.1"],
  ["1.25 s", "1.25 s"],
  ["100", "100"],
])("an axis writes %s as %s", (figure, text) => {
  expect(trimZeros(figure)).toBe(text);
});

test("a change against nothing cannot be told", () => {
  expect(change(3, 0)).toBeNull();
  expect(change(null, 4)).toBeNull();
  expect(change(3, 4)).toBe(-0.25);
});

test("a time with nanoseconds keeps its milliseconds", () => {
  expect(parseTime("2026-11-21T02:00:00.123456789Z")).toBe(Date.UTC(2026, 10, 21, 2, 0, 0, 123));
});

test.each([
  [-5000, "now"],
  [400, "now"],
  [59_000, "59 s"],
  [61_000, "1 m"],
  [7_200_000, "2 h"],
  [200_000_000, "2 d"],
])("%d ms ago reads %s", (age, text) => {
  expect(formatAge(1_000_000_000 - age, 1_000_000_000)).toBe(text);
});

test("tells a change in per cent, and as a multiple where that says nothing", () => {
  expect([0.12, -0.031, 29, 0].map(formatChange)).toEqual(["↑ 12 %", "↓ 3.1 %", "↑ 30×", ""]);
});

test("has the sign of money before the dollars", () => {
  expect(formatMoney("-6.74")).toBe("−$6.74");
});
