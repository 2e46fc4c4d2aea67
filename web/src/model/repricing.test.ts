import { expect, test } from "vitest";
import { describeDays, describeDifference, describeRepricing, windowOf } from "./repricing";

const JOB = {
  preview: true,
  state: "done",
  progress: 1,
  spans: 40,
  changed: 3,
  gained: 0,
  kept: 0,
  old_total: "0.0035",
  new_total: "0.0119",
} as const;

test("a preview says what would be, a re-pricing what is", () => {
  expect(describeRepricing(JOB)).toBe(
    "3 spans of 40 with usage would cost something else: $0.00350 → $0.0119 in all.",
  );
  expect(describeRepricing({ ...JOB, preview: false, changed: 0, kept: 1 })).toBe(
    "None of 40 spans with usage cost something else. 1 span without a price today keep their cost.",
  );
});

test("one that runs says how far it is, one that was stopped that it was", () => {
  expect(describeRepricing({ ...JOB, state: "running", progress: 0.5 })).toBe(
    "Looking: 50 % of the calls.",
  );
  expect(describeRepricing({ ...JOB, state: "cancelled" })).toMatch(/^Stopped\. 3 spans/);
});

test("an unknown cost is called unknown", () => {
  expect(describeDifference(null, "0.0028")).toBe("unknown → $0.00280");
});

test("what had no cost and what is not there is said", () => {
  expect(describeRepricing({ ...JOB, gained: 2 })).toMatch(/2 spans had no cost\.$/);
  expect(describeRepricing({ ...JOB, spans: 0, changed: 0 })).toBe("No span with usage was found.");
});

test("the last day is part of the window", () => {
  expect(windowOf({ from: "2026-10-01", to: "2026-10-31" })).toEqual({
    from: "2026-10-01T00:00:00Z",
    to: "2026-11-01T00:00:00.000Z",
  });
  expect(windowOf({ from: "2026-10-01", to: "" })).toEqual({ from: "2026-10-01T00:00:00Z" });
});

test("the days of a window are told", () => {
  const job = { from: "2026-10-01T00:00:00Z", created: "2026-11-21T12:00:00.5Z" };
  expect(describeDays({ ...job, to: "2026-11-01T00:00:00Z" })).toBe("2026-10-01 to 2026-10-31");
  expect(describeDays({ ...job, to: "2026-10-02T00:00:00Z" })).toBe("of 2026-10-01");
  expect(describeDays({ ...job, to: "2026-11-21T12:00:00.4Z" })).toBe("since 2026-10-01");
});
