import { expect, test } from "vitest";
import { describeDifference, describeRepricing } from "./repricing";

const JOB = {
  dry_run: true,
  state: "done",
  progress: 1,
  spans: 40,
  changed: 3,
  kept: 0,
  old_total: "0.0035",
  new_total: "0.0119",
} as const;

test("a preview says what would be, a re-pricing what is", () => {
  expect(describeRepricing(JOB)).toBe(
    "3 spans of 40 with usage would cost something else: $0.00350 → $0.0119 in all.",
  );
  expect(describeRepricing({ ...JOB, dry_run: false, changed: 0, kept: 1 })).toBe(
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
