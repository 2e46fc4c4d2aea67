import type { Overview, Point } from "../../api/overview";
import { formatCount, formatDuration, formatMoney } from "../../model/format";
import { column, stacked } from "../../model/series";
import type { Line } from "../../ui/Chart";

interface Drawing {
  title: string;
  lines: Line[];
  format: (value: number) => string;
  isCount: boolean;
  /** What its traces have in common, beside their time. */
  filter: string;
}

type Read = (point: Point) => number | string | null;

const allTokens = (point: Point): number =>
  point.uncached_tokens + point.cache_read_tokens + point.cache_write_tokens + point.output_tokens;

/** Sums as bars, in which a part stands before its whole; what was measured as lines, with gaps where nothing was. */
export function drawingsOf({ series, previous_series: previous }: Overview): Drawing[] {
  const bars = (label: string, read: Read, color: string): Line => ({
    label,
    values: column(series, read),
    color,
    shape: "bars",
  });
  const line = (label: string, read: Read, color: string, width: number): Line => ({
    label,
    values: column(series, read),
    color,
    width,
    shape: "line",
  });
  const before = (read: Read, label = "before"): Line => ({
    label,
    values: column(previous, read),
    color: "--text-faint",
    width: 1.5,
    shape: "ghost",
  });
  const counts = { format: formatCount, isCount: true, filter: "" };
  const durations = { format: formatDuration, isCount: false, filter: "" };
  return [
    {
      title: "Traces",
      ...counts,
      lines: [
        bars("all", ({ traces }) => traces, "--chart-3"),
        bars("failed", ({ errors }) => errors, "--error"),
        before(({ traces }) => traces),
      ],
    },
    {
      title: "Latency",
      ...durations,
      lines: [
        line("p99", (point) => point.latency_p99_ns, "--chart-3", 1),
        line("p95", (point) => point.latency_p95_ns, "--chart-2", 1.25),
        line("p50", (point) => point.latency_p50_ns, "--chart-1", 2),
        before((point) => point.latency_p95_ns, "p95 before"),
      ],
    },
    {
      title: "Cost",
      format: formatMoney,
      isCount: false,
      filter: "",
      lines: [bars("dollars", ({ cost }) => cost, "--chart-2"), before(({ cost }) => cost)],
    },
    { title: "Tokens", ...counts, lines: [...tokenBars(series), before(allTokens)] },
    {
      title: "First token",
      ...durations,
      lines: [
        line("p95", (point) => point.ttft_p95_ns, "--chart-2", 1.25),
        line("p50", (point) => point.ttft_p50_ns, "--chart-1", 2),
        before((point) => point.ttft_p50_ns, "p50 before"),
      ],
    },
    {
      title: "Output speed",
      ...counts,
      lines: [
        line("tokens a second", (point) => point.output_per_s, "--chart-1", 1.5),
        before((point) => point.output_per_s),
      ],
    },
    { title: "Calls in trouble", ...counts, lines: troubleBars(series) },
  ];
}

/** Classes of tokens on top of each other, those of the output at the bottom. */
function tokenBars(series: readonly Point[]): Line[] {
  const classes = [
    { label: "input", read: (point: Point) => point.uncached_tokens, color: "--stack-4" },
    { label: "cache write", read: (point: Point) => point.cache_write_tokens, color: "--stack-3" },
    { label: "cache read", read: (point: Point) => point.cache_read_tokens, color: "--stack-6" },
    { label: "output", read: (point: Point) => point.output_tokens, color: "--stack-1" },
  ];
  return piled(series, classes);
}

function troubleBars(series: readonly Point[]): Line[] {
  const kinds = [
    { label: "retried", read: (point: Point) => point.retries, color: "--stack-6" },
    { label: "timed out", read: (point: Point) => point.timeouts, color: "--error" },
    { label: "refused", read: (point: Point) => point.refusals, color: "--stack-3" },
    { label: "filtered", read: (point: Point) => point.filtered, color: "--stack-1" },
  ];
  return piled(series, kinds);
}

interface Layer {
  label: string;
  read: (point: Point) => number;
  color: string;
}

function piled(series: readonly Point[], layers: readonly Layer[]): Line[] {
  const columns = layers.map(({ read }) => column(series, read));
  const heights = stacked(...columns);
  return layers.map(({ label, color }, at) => ({
    label,
    color,
    shape: "bars",
    values: heights[at] ?? [],
    told: columns[at] ?? [],
  }));
}
