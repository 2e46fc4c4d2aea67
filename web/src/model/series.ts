/** Points over time as the columns that a chart draws, and the bins of a distribution. */

import { type Figure, formatCount, formatDuration, parseTime } from "./format";

/** Seconds since the epoch, as uPlot wants them. */
export function secondsOf(starts: readonly string[]): number[] {
  return starts.map((start) => parseTime(start) / 1000);
}

/** One figure of each point; a gap where it cannot be told. */
export function column<Point>(
  points: readonly Point[],
  read: (point: Point) => number | string | null,
): (number | null)[] {
  return points.map((point) => {
    const value = read(point);
    return value === null ? null : Number(value);
  });
}

/** Columns on top of each other, the last at the bottom: where each one ends. */
export function stacked(...columns: readonly (readonly (number | null)[])[]): number[][] {
  const heights: number[][] = [];
  for (const values of columns.toReversed()) {
    const below = heights.at(-1);
    heights.push(values.map((value, at) => (value ?? 0) + (below?.[at] ?? 0)));
  }
  return heights.reverse();
}

/** How many of something came a minute, over a window of so many milliseconds. */
export function perMinute(count: number, windowMs: number): number {
  return windowMs > 0 ? (count / windowMs) * 60_000 : 0;
}

/** A figure that is computed from a sample is about so much. */
export function about(figure: Figure, isEstimated: boolean): Figure {
  return isEstimated && figure.value !== "–"
    ? { ...figure, value: `≈\u2009${figure.value}` }
    : figure;
}

export interface Bin {
  low: number;
  high: number | null;
  traces: number;
}

type Measure = "latency" | "tokens";

/** What a bin holds: `300 ms – 500 ms`, `700 ms and more`. */
export function binLabel({ low, high }: Bin, of: Measure): string {
  const written = of === "latency" ? formatDuration : formatCount;
  if (high === null) return `${written(low)} and more`;
  if (of === "tokens" && high === low + 1) return formatCount(low);
  return low === 0 ? `below ${written(high)}` : `${written(low)} – ${written(high)}`;
}

/** The filter that lists the traces of a bin: `latency>=300ms latency<500ms`. */
export function binFilter({ low, high }: Bin, of: Measure): string {
  const unit = of === "latency" ? "ms" : "";
  const scale = of === "latency" ? 1e6 : 1;
  const bounds = [
    low > 0 ? `${of}>=${low / scale}${unit}` : "",
    high === null ? "" : `${of}<${high / scale}${unit}`,
  ];
  return bounds.filter((bound) => bound !== "").join(" ");
}

/** The bin in which the middle one of all lies; null where there is none. */
export function middleBin(bins: readonly Bin[]): Bin | null {
  const half = bins.reduce((sum, { traces }) => sum + traces, 0) / 2;
  let seen = 0;
  for (const bin of bins) {
    seen += bin.traces;
    if (bin.traces > 0 && seen >= half) return bin;
  }
  return null;
}

export interface Origin {
  source: "raw" | "rollups";
  raw_hours: number;
}

/** Where figures come from, in words. */
export function originText({ source, raw_hours: hours }: Origin): string {
  if (source === "raw") return "Computed from every span";
  if (hours === 0) return "Computed from sums by the hour";
  return `Computed from sums by the hour, and ${hours} ${hours === 1 ? "hour" : "hours"} span by span`;
}
