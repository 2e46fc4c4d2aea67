import { expect, test } from "vitest";
import { describeCounts, describeRemoval } from "./removal";

test("counts are told with their nouns, and nothing of what is not there", () => {
  const counts = {
    traces: 2,
    spans: 1,
    logs: 0,
    metrics: 3,
    span_parts: 9,
    prompts: 2,
    views: 1,
    deliveries: 2,
    hours: 1,
  };

  expect(describeCounts(counts)).toBe(
    "2 traces, 1 span, 3 points of metrics, 2 versions of prompts, 1 saved view, 2 requests of the ledger, 1 hour of sums",
  );
});

test("a preview says what would go, and a removal what went", () => {
  const job = { preview: true, state: "done", progress: 1, counts: { traces: 1 } } as const;

  expect(describeRemoval(job)).toBe("Would remove 1 trace.");
  expect(describeRemoval({ ...job, preview: false })).toBe("Removed 1 trace.");
  expect(describeRemoval({ ...job, counts: {} })).toBe("Nothing would be removed.");
  expect(describeRemoval({ ...job, preview: false, counts: { traces: 2, to_cold: 1 } })).toBe(
    "Removed 2 traces. Moved 1 span into cold storage.",
  );
  expect(describeRemoval({ ...job, state: "running", progress: 0.25 })).toContain("25");
});
