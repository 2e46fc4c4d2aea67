/** The time range of a page: relative to now, between two moments, or everything. */

import { formatClock, formatDay } from "./format";

export type Range =
  | { kind: "relative"; text: string; ms: number }
  | { kind: "between"; fromMs: number; toMs: number }
  | { kind: "all" };

/** One step of a chart, from its start. */
export function rangeOfStep(fromMs: number, stepMs: number): Range {
  return { kind: "between", fromMs, toMs: fromMs + stepMs };
}

/** How a range stands in the URL: `range=1h`, `range=all`, or `range=<from>..<to>` in RFC 3339. */
const DEFAULT_RANGE = "1h";

export const PRESETS = [
  { text: "15m", label: "Last 15 minutes" },
  { text: "1h", label: "Last hour" },
  { text: "6h", label: "Last 6 hours" },
  { text: "24h", label: "Last 24 hours" },
  { text: "7d", label: "Last 7 days" },
  { text: "30d", label: "Last 30 days" },
  { text: "all", label: "All time" },
] as const;

const UNIT_MS: Record<string, number> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

const UNIT_NAMES: Record<string, string> = {
  s: "second",
  m: "minute",
  h: "hour",
  d: "day",
  w: "week",
  y: "year",
};

/** The range that a text means; null when it means none. Local times: `2026-11-21 09:00..10:30`. */
export function parseRange(input: string): Range | null {
  const text = input.trim().toLowerCase();
  if (text === "all" || text === "all time") return { kind: "all" };
  return relative(text) ?? between(input);
}

/** The range of a page from its URL; what cannot be read counts as the default. */
export function rangeOf(text: string | undefined): Range {
  return parseRange(text ?? DEFAULT_RANGE) ?? { kind: "relative", text: "1h", ms: 3_600_000 };
}

export function serializeRange(range: Range): string {
  switch (range.kind) {
    case "relative":
      return range.text;
    case "between":
      return `${new Date(range.fromMs).toISOString()}..${new Date(range.toMs).toISOString()}`;
    case "all":
      return "all";
  }
}

/** Below it both ends are told with their milliseconds. */
const FINE_MS = 10_000;

function fineClock(ms: number): string {
  return `${formatClock(ms)}.${String(new Date(ms).getMilliseconds()).padStart(3, "0")}`;
}

/** A moment as an `<input type="datetime-local">` holds it: local, with milliseconds. */
export function localInput(ms: number): string {
  return `${formatDay(ms)}T${fineClock(ms)}`;
}

/** The range between two such moments; null when they are none, or the wrong way round. */
export function rangeBetween(from: string, to: string): Range | null {
  const fromMs = Date.parse(from);
  const toMs = Date.parse(to);
  return fromMs < toMs ? { kind: "between", fromMs, toMs } : null;
}

/** The two ends of a range; all time has none. */
export function endsOf(range: Range, nowMs: number): { fromMs: number; toMs: number } | null {
  switch (range.kind) {
    case "relative":
      return { fromMs: nowMs - range.ms, toMs: nowMs };
    case "between":
      return range;
    case "all":
      return null;
  }
}

/** What the button says. */
export function describeRange(range: Range): string {
  switch (range.kind) {
    case "relative": {
      const preset = PRESETS.find(({ text }) => text === range.text);
      if (preset) return preset.label;
      const count = Number.parseInt(range.text, 10);
      const unit = UNIT_NAMES[range.text.slice(-1)] ?? "";
      return `Last ${count} ${unit}${count === 1 ? "" : "s"}`;
    }
    case "between": {
      const clock = range.toMs - range.fromMs < FINE_MS ? fineClock : formatClock;
      const sameDay = formatDay(range.fromMs) === formatDay(range.toMs);
      const from = `${formatDay(range.fromMs)} ${clock(range.fromMs)}`;
      const end = clock(range.toMs);
      return `${from} – ${sameDay ? end : `${formatDay(range.toMs)} ${end}`}`;
    }
    case "all":
      return "All time";
  }
}

/**
 * The API's `from` and `to`. A relative range is one to the server's clock, too, so that each question has one
 * address; it has no end, so that what arrives while asking is in. All time begins with the epoch, for without
 * `from` the API gives the last day.
 */
export function rangeParams(range: Range): { from?: string; to?: string } {
  switch (range.kind) {
    case "relative":
      return { from: `-${range.text}` };
    case "between":
      return { from: new Date(range.fromMs).toISOString(), to: new Date(range.toMs).toISOString() };
    case "all":
      return { from: "0" };
  }
}

function relative(text: string): Range | null {
  const found = /^(?:last\s+)?(\d{1,5})\s*(s|m|h|d|w|y)(?:[a-z]*)$/.exec(text);
  if (!found) return null;
  const [, count = "", unit = ""] = found;
  const ms = Number(count) * (UNIT_MS[unit] ?? 0);
  return ms > 0 ? { kind: "relative", text: `${Number(count)}${unit}`, ms } : null;
}

function between(text: string): Range | null {
  const [from, to] = text.split(/\s*(?:\.\.|→)\s*/);
  if (from === undefined || to === undefined) return null;
  const fromMs = moment(from);
  const toMs = moment(to, fromMs);
  return fromMs !== null && toMs !== null && fromMs < toMs
    ? { kind: "between", fromMs, toMs }
    : null;
}

function moment(text: string, dayOfMs: number | null = null): number | null {
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text.trim());
  if (clock) {
    const day = new Date(dayOfMs ?? Date.now());
    day.setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0);
    return day.getTime();
  }
  // A date alone is UTC in ECMAScript; people mean their own midnight.
  const local = /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) ? `${text.trim()}T00:00` : text.trim();
  const ms = Date.parse(local.toUpperCase().replace(/^(\d{4}-\d{2}-\d{2}) /, "$1T"));
  return Number.isNaN(ms) ? null : ms;
}
