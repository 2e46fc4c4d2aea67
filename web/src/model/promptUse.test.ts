import { expect, it } from "vitest";
import { barsOf, isWorse, MAX_BARS, noticeText } from "./promptUse";

const OF = { version: "3", before: "2" };

it("says what a version changed, with both figures", () => {
  expect(noticeText({ ...OF, measure: "input_tokens", was: 420, now: 840 })).toBe(
    "Version 3 doubled the input tokens: 840 a call, 420 in version 2.",
  );
  expect(noticeText({ ...OF, measure: "cost", was: 0.004, now: 0.002 })).toContain(
    "halved the cost",
  );
  expect(noticeText({ ...OF, measure: "latency_p50_ns", was: 1e9, now: 3.2e9 })).toBe(
    "Version 3 raised the latency 3.2-fold: 3.20 s a call, 1.00 s in version 2.",
  );
  expect(noticeText({ ...OF, measure: "output_tokens", was: 100, now: 20 })).toContain(
    "lowered the output tokens to 20",
  );
  expect(noticeText({ ...OF, measure: "error_rate", was: 0.01, now: 0.12 })).toContain(
    "fails more often",
  );
  expect(isWorse({ was: 1, now: 2 })).toBe(true);
  expect(isWorse({ was: 2, now: 1 })).toBe(false);
});

const FIGURES = {
  calls: 10,
  error_rate: 0,
  input_tokens: null,
  output_tokens: 5,
  cost: null,
  latency_p50_ns: 1e9,
};

it("draws the last versions in parts of the highest", () => {
  const bars = barsOf("calls", [
    { version: "1", ...FIGURES, calls: 5 },
    { version: "2", ...FIGURES },
  ]);
  expect(bars.map(({ height }) => height)).toEqual([0.5, 1]);
  expect(bars[0]?.told).toBe("Version 1: 5");
  expect(barsOf("error_rate", [{ version: "1", ...FIGURES }])[0]?.height).toBe(0);
  expect(barsOf("cost", [{ version: "1", ...FIGURES }])).toEqual([
    { version: "1", height: null, told: "Version 1: –" },
  ]);
  const many = Array.from({ length: 200 }, (_, at) => ({ version: String(at), ...FIGURES }));
  expect(barsOf("calls", many)).toHaveLength(MAX_BARS);
  expect(barsOf("calls", many).at(-1)?.version).toBe("199");
});
