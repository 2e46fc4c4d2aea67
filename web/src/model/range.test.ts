import { describe, expect, test } from "vitest";
import {
  describeRange,
  endsOf,
  localInput,
  parseRange,
  rangeBetween,
  rangeOf,
  rangeParams,
  serializeRange,
} from "./range";

describe("a range", () => {
  test.each([
    ["1h", 3_600_000],
    ["last 90 minutes", 5_400_000],
    ["2D", 172_800_000],
  ])("%s is relative to now", (text, ms) => {
    expect(parseRange(text)).toMatchObject({ kind: "relative", ms });
  });

  test.each(["0h", "soon", "", "09:00..08:00", "2026-11-21..nonsense"])("%s means none", (text) => {
    expect(parseRange(text)).toBeNull();
  });

  test("between two moments survives the URL", () => {
    const range = parseRange("2026-11-20 09:00..2026-11-21 10:30");

    expect(range).not.toBeNull();
    expect(range && parseRange(serializeRange(range))).toEqual(range);
  });

  test("of two dates begins and ends at local midnight", () => {
    const range = parseRange("2026-11-20..2026-11-21");

    expect(range).toEqual({
      kind: "between",
      fromMs: new Date(2026, 10, 20).getTime(),
      toMs: new Date(2026, 10, 21).getTime(),
    });
  });

  test("that cannot be read is the last hour", () => {
    expect(rangeOf("rubbish")).toEqual(rangeOf(undefined));
    expect(describeRange(rangeOf(undefined))).toBe("Last hour");
  });

  test("that is no preset is described in words", () => {
    expect(describeRange(rangeOf("90m"))).toBe("Last 90 minutes");
  });

  test("relative to now has no end, so that what arrives is in", () => {
    expect(rangeParams(rangeOf("last 90 minutes"))).toEqual({ from: "-90m" });
  });

  test("of all time begins with the epoch", () => {
    expect(rangeParams({ kind: "all" })).toEqual({ from: "0" });
  });

  test.each([
    ["one millisecond", 1],
    ["ten years", 10 * 365 * 86_400_000],
  ])("of %s survives the fields and the URL", (_, ms) => {
    const from = Date.UTC(2026, 10, 21, 12, 0, 0, 7);
    const range = rangeBetween(localInput(from), localInput(from + ms));

    expect(range).toEqual({ kind: "between", fromMs: from, toMs: from + ms });
    expect(range && parseRange(serializeRange(range))).toEqual(range);
  });

  test("whose ends are wrong is none", () => {
    expect(rangeBetween("2026-11-21T12:00", "2026-11-21T12:00")).toBeNull();
    expect(rangeBetween("", "2026-11-21T12:00")).toBeNull();
  });

  test("of a moment tells its milliseconds", () => {
    const from = new Date(2026, 10, 21, 12, 0, 0, 7).getTime();

    expect(describeRange({ kind: "between", fromMs: from, toMs: from + 1 })).toBe(
      "2026-11-21 12:00:00.007 – 12:00:00.008",
    );
  });

  test("has two ends unless it is all time", () => {
    expect(endsOf(rangeOf("1h"), 3_600_000)).toEqual({ fromMs: 0, toMs: 3_600_000 });
    expect(endsOf({ kind: "all" }, 0)).toBeNull();
  });
});
