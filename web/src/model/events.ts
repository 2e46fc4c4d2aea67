/** When something happened within a span, to the nanosecond. */

const SECONDS = /^(.{19})(?:\.(\d{1,9}))?/;

/** Nanoseconds from one RFC 3339 time in UTC to another. */
export function sinceNs(start: string, time: string): number {
  const [from, to] = [moment(start), moment(time)];
  return (to.ms - from.ms) * 1e6 + to.ns - from.ns;
}

/** The share of a span at which a moment lies, cut at its ends. */
export function shareOf(offsetNs: number, durationNs: number | null): number {
  if (durationNs === null || durationNs <= 0) return 0;
  return Math.min(Math.max(offsetNs / durationNs, 0), 1);
}

function moment(text: string): { ms: number; ns: number } {
  const [, seconds = "", fraction = ""] = SECONDS.exec(text) ?? [];
  return { ms: Date.parse(`${seconds}Z`), ns: Number(fraction.padEnd(9, "0")) };
}
