import { describe, expect, test } from "vitest";
import {
  type MetricChart,
  parseCharts,
  serializeCharts,
  suggestedCharts,
  usualStat,
} from "./metricCharts";

const CHARTS: MetricChart[] = [
  {
    name: "rerank.duration",
    stat: "p95",
    by: ["model", "a, b"],
    where: [
      { label: "env", value: 'the "big" one; \\', isNegated: false },
      { label: "service", value: "api", isNegated: true },
    ],
  },
  { name: "by (all)", stat: "rate", by: [], where: [] },
];

describe("charts in the address", () => {
  test("are read as they were written", () => {
    expect(parseCharts(serializeCharts(CHARTS))).toEqual(CHARTS);
  });

  test("can be written by hand", () => {
    const [chart] = parseCharts('avg(vllm:num_requests_running) by model where env="prod"');

    expect(chart).toEqual({
      name: "vllm:num_requests_running",
      stat: "avg",
      by: ["model"],
      where: [{ label: "env", value: "prod", isNegated: false }],
    });
  });

  test("that nobody can read are left out", () => {
    expect(parseCharts("median(a); avg(b; avg(c)").map(({ name }) => name)).toEqual(["c"]);
  });
});

test("a counter is asked how fast it counts, a histogram how slow nearly all is, a level where it is", () => {
  const sum = { type: "sum", temporality: "cumulative" };

  expect(usualStat({ ...sum, monotonic: true })).toBe("rate");
  expect(usualStat({ ...sum, monotonic: false })).toBe("avg");
  expect(usualStat({ type: "exponential_histogram", temporality: "delta", monotonic: false })).toBe(
    "p95",
  );
});

test("metrics of model calls are suggested first", () => {
  const gauge = { type: "gauge", temporality: "", monotonic: false };
  const found = suggestedCharts([
    { ...gauge, name: "cache.hits" },
    { ...gauge, name: "gen_ai.client.operation.duration" },
  ]);

  expect(found.map(({ name }) => name)).toEqual(["gen_ai.client.operation.duration", "cache.hits"]);
});
