import { expect, test } from "vitest";
import {
  balanceOf,
  bySeverity,
  describeSkew,
  flowColumns,
  formatBytes,
  lostBy,
  verdict,
} from "./delivery";

const COUNTS = {
  received: 100,
  stored: 80,
  duplicates: 10,
  rejected: 4,
  quarantined: 1,
  waiting: 5,
};

const NOW_MS = Date.parse("2026-11-21T10:03:30Z");

const QUIET = { received: 10, rejected: 0, quarantined: 0, dropped: null, missing: null };

test("what was received became what stands after it", () => {
  const balance = balanceOf(COUNTS);

  const [received, ...rest] = balance.terms;
  expect(received?.count).toBe(rest.reduce((sum, { count }) => sum + count, 0));
  expect(balance.difference).toBe(0);
  expect(verdict(balance)).toBe("The numbers add up");
});

test("a record that is nowhere is named, and so is one that is there twice", () => {
  const lost = balanceOf({ ...COUNTS, stored: 79 });
  const doubled = balanceOf({ ...COUNTS, waiting: 1_007 });

  expect(verdict(lost)).toBe("1 record is unaccounted for");
  expect(verdict(doubled)).toBe("1,002 records are counted twice");
});

test("only what there is of rejected and quarantined is coloured", () => {
  const tones = (counts: typeof COUNTS) => balanceOf(counts).terms.map(({ tone }) => tone);

  expect(tones(COUNTS)).toEqual(["plain", "plain", "plain", "error", "warn", "plain"]);
  expect(new Set(tones({ ...COUNTS, rejected: 0, quarantined: 0 }))).toEqual(new Set(["plain"]));
});

test("the sender that lost most stands first, then the one that sent most", () => {
  const busy = { ...QUIET, received: 500 };
  const losing = { ...QUIET, dropped: 3, missing: 2 };

  expect(bySeverity([QUIET, busy, losing])).toEqual([losing, busy, QUIET]);
  expect(lostBy(losing)).toBe(5);
});

test("records on their way to us are not a gain", () => {
  expect(lostBy({ ...QUIET, missing: -4 })).toBe(0);
});

test.each([
  [null, "–"],
  [-4, "in step"],
  [0.4, "in step"],
  [-3600, "sent 1 h 00 m late"],
  [-80.6, "sent 80.6 s late"],
  [7.2, "7.20 s ahead"],
])("a clock that differs by %s s is %s", (skew, text) => {
  expect(describeSkew(skew)).toBe(text);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_240_000, "1.2 MB"],
  [2_000_000_000, "2 GB"],
])("%i bytes read as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("a step in which nothing came is drawn as nothing, not left out", () => {
  const came = { received: 10, stored: 5, duplicates: 2, rejected: 1, quarantined: 2 };
  const window = {
    start: "2026-11-21T10:00:30Z",
    end: "2026-11-21T11:00:00Z",
    step_ns: 60_000_000_000,
  };

  const columns = flowColumns([{ ...came, start: "2026-11-21T10:02:00Z" }], window, NOW_MS);

  expect(columns.times.map((time) => new Date(time * 1000).toISOString().slice(11, 16))).toEqual([
    "10:00",
    "10:01",
    "10:02",
    "10:03",
  ]);
  expect(columns.received).toEqual([0, 0, 10, 0]);
  expect(columns.duplicates).toEqual([0, 0, 2, 0]);
});
