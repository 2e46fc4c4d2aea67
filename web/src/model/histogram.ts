/** The strip above a list: how much there was when, and what part of it a drag means. */

import { parseTime } from "./format";

interface HistogramPoint {
  start: string;
  count: number;
  errors: number;
}

export interface Bar {
  startMs: number;
  count: number;
  errors: number;
  /** Heights from 0 to 1; whatever came is seen. */
  height: number;
  errorHeight: number;
}

/** The least share of the height at which a bar can be seen. */
const LEAST = 0.06;

export function barsOf(points: readonly HistogramPoint[]): Bar[] {
  const most = points.reduce((max, { count }) => Math.max(max, count), 1);
  const share = (count: number) => (count === 0 ? 0 : Math.max(count / most, LEAST));
  return points.map(({ start, count, errors }) => ({
    startMs: parseTime(start),
    count,
    errors,
    height: share(count),
    errorHeight: share(errors),
  }));
}

export function totalOf(points: readonly HistogramPoint[]): number {
  return points.reduce((sum, { count }) => sum + count, 0);
}

/** The time from one bar to another, both included; the order does not matter. */
export function timeBetween(
  bars: readonly Bar[],
  stepMs: number,
  from: number,
  to: number,
): { fromMs: number; toMs: number } | null {
  const first = bars[Math.max(Math.min(from, to), 0)];
  const last = bars[Math.min(Math.max(from, to), bars.length - 1)];
  if (!first || !last) return null;
  return { fromMs: first.startMs, toMs: Math.max(last.startMs + stepMs, first.startMs + 1) };
}

/** Which bar lies at a share of the width. */
export function barAt(count: number, share: number): number {
  return Math.min(Math.max(Math.floor(share * count), 0), count - 1);
}

/** A small line of counts as points of an SVG path in a box of `width` by `height`. */
export function sparkPath(counts: readonly number[], width: number, height: number): string {
  const most = Math.max(...counts, 1);
  const step = width / Math.max(counts.length, 1);
  return counts
    .flatMap((count, at) => {
      if (count === 0) return [];
      const tall = Math.max((count / most) * height, 1.5);
      const x = (at * step).toFixed(1);
      return [`M${x} ${height}V${(height - tall).toFixed(1)}`];
    })
    .join("");
}
