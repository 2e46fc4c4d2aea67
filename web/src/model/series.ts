/** The overview's points as the columns that a chart draws. */

import { parseTime } from "./format";

interface SeriesPoint {
  start: string;
  traces: number;
  errors: number;
  latency_p50_ns: number | null;
  latency_p95_ns: number | null;
  latency_p99_ns: number | null;
  uncached_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  cost: string;
}

interface Columns {
  /** Seconds since the epoch, as uPlot wants them. */
  times: number[];
  traces: number[];
  errors: number[];
  p50: (number | null)[];
  p95: (number | null)[];
  p99: (number | null)[];
  /** Input and output together. */
  tokens: number[];
  outputTokens: number[];
  cost: number[];
}

export function columnsOf(points: readonly SeriesPoint[]): Columns {
  return {
    times: points.map((point) => parseTime(point.start) / 1000),
    traces: points.map((point) => point.traces),
    errors: points.map((point) => point.errors),
    p50: points.map((point) => point.latency_p50_ns),
    p95: points.map((point) => point.latency_p95_ns),
    p99: points.map((point) => point.latency_p99_ns),
    tokens: points.map(
      (point) =>
        point.uncached_tokens +
        point.cache_read_tokens +
        point.cache_write_tokens +
        point.output_tokens,
    ),
    outputTokens: points.map((point) => point.output_tokens),
    cost: points.map((point) => Number(point.cost)),
  };
}
