import { expect, test } from "vitest";
import { formatOf, seriesName, summaryOf } from "./metricFigures";

test("values are written in their unit", () => {
  expect(formatOf("s", "p95", "buckets")(1.24)).toBe("1.24 s");
  expect(formatOf("By", "rate", "increases")(1_200_000)).toBe("1.2 MB/s");
  expect(formatOf("{token}", "sum", "buckets")(31_000)).toBe("31k");
  expect(formatOf("Cel", "avg", "values")(-4.25)).toBe("−4.25 Cel");
  expect(formatOf("1", "avg", "values")(0.00012)).toBe("1.2e-4");
});

test("how many there were has no unit, however it was asked", () => {
  expect(formatOf("s", "count", "buckets")(412)).toBe("412");
  expect(formatOf("s", "rate", "buckets")(2.5)).toBe("2.5/s");
});

test("a legend tells of the steps that have a value", () => {
  expect(summaryOf([null, 1, 3, null])).toEqual({ last: 3, avg: 2, max: 3 });
  expect(summaryOf([null])).toEqual({ last: null, avg: null, max: null });
});

test("a series is called by what tells it apart", () => {
  expect(seriesName({ model: "gpt-4o", env: "" }, "calls")).toBe("gpt-4o · no env");
  expect(seriesName({}, "calls")).toBe("calls");
});
