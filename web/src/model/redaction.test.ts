import { expect, test } from "vitest";
import {
  describeCounts,
  describeRescan,
  lines,
  maskedTable,
  notLookedFor,
  patternsAsText,
  patternsOf,
  pieces,
} from "./redaction";

const JOB = {
  preview: true,
  state: "done",
  progress: 1,
  spans: 40,
  changed: 2,
  records: {},
  types: { email: 3 },
} as const;

test("a redacted text is cut at its marks and loses nothing", () => {
  const text = "a [redacted:email], [redacted:order_no]";

  const found = pieces(text);

  expect(found.map((one) => one.type)).toEqual(["", "email", "", "order_no"]);
  expect(found.map((one) => one.text).join("")).toBe(text);
  expect(pieces("")).toEqual([]);
});

test("what was masked becomes a row a day with the most frequent type first", () => {
  const table = maskedTable([
    { day: "2026-11-01", type: "phone", count: 1 },
    { day: "2026-11-02", type: "email", count: 2 },
    { day: "2026-11-02", type: "phone", count: 4 },
  ]);

  expect(table.types).toEqual(["phone", "email"]);
  expect(table.days).toEqual([
    { day: "2026-11-02", total: 6, counts: [4, 2] },
    { day: "2026-11-01", total: 1, counts: [1, 0] },
  ]);
});

test("counts are told by the names of their types", () => {
  expect(describeCounts({ ip: 1, api_key: 2, order_no: 1 })).toBe(
    "2 × API key, 1 × IP address, 1 × order no",
  );
});

test("a preview says what would be, a rescan what was", () => {
  expect(describeRescan(JOB)).toBe("2 spans of 40 would be redacted: 3 × e-mail.");
  expect(describeRescan({ ...JOB, preview: false })).toBe("2 spans of 40 redacted: 3 × e-mail.");
  expect(describeRescan({ ...JOB, records: { logs: 2, metrics: 1 } })).toBe(
    "2 spans of 40, 2 log records, 1 point of metrics would be redacted: 3 × e-mail.",
  );
  expect(describeRescan({ ...JOB, changed: 0, records: { comments: 1 } })).toMatch(/^1 comment /);
  expect(describeRescan({ ...JOB, changed: 0 })).toBe("Nothing to redact in 40 spans, nor beside.");
  expect(describeRescan({ ...JOB, state: "running", progress: 0.5 })).toMatch(/^Reading: 50/);
  expect(describeRescan({ ...JOB, state: "cancelled" })).toMatch(/^Stopped\. /);
});

test("patterns are lines with a name, and come back as they were", () => {
  const patterns = patternsOf("order_no = ORD-\\d+\n\n  a=b|c  \nX[0-9]+");

  expect(patterns).toEqual([
    { name: "order_no", pattern: "ORD-\\d+" },
    { name: "a", pattern: "b|c" },
    { name: "pattern", pattern: "X[0-9]+" },
  ]);
  expect(patternsOf(patternsAsText(patterns))).toEqual(patterns);
  expect(lines(" a \n\nb")).toEqual(["a", "b"]);
});

test("entities that this server does not know are named as elsewhere", () => {
  expect(notLookedFor(["PERSON", "US_SSN"])).toMatch(/analyzer for it: person, US SSN\.$/);
});
