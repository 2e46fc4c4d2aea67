/** The live feed: what happened last, newest first and bounded, and how much of it a second. */

export type Happening = "traces" | "finished" | "updated";

export interface Change {
  traceId: string;
  what: Happening;
  /** The event's number: what is told again after a reconnect is known by it. */
  seq: string;
  atMs: number;
}

export interface Entry<R> extends Change {
  key: string;
  row: R;
}

/** Entries kept; older ones are found in the list of traces. */
const MOST_ENTRIES = 1000;

/** The seconds of the rate histogram. */
export const RATE_SECONDS = 120;

/** What happened to each trace last, in the order of happening: one line a trace and moment. */
export function latest(changes: readonly Change[]): Change[] {
  const byTrace = new Map<string, Change>();
  for (const change of changes) {
    byTrace.delete(change.traceId);
    byTrace.set(change.traceId, change);
  }
  return [...byTrace.values()];
}

/** The feed with changes whose traces are known put on top; those that no filter let pass are not. */
export function withChanges<R extends { trace_id: string }>(
  feed: readonly Entry<R>[],
  changes: readonly Change[],
  rows: readonly R[],
): Entry<R>[] {
  const byId = new Map(rows.map((row) => [row.trace_id, row]));
  const known = new Set(feed.map(({ key }) => key));
  const fresh = changes.flatMap((change) => {
    const row = byId.get(change.traceId);
    const key = `${change.seq} ${change.what} ${change.traceId}`;
    return row && !known.has(key) ? [{ ...change, key, row }] : [];
  });
  return [...fresh.reverse(), ...feed].slice(0, MOST_ENTRIES);
}

export type Rates = ReadonlyMap<number, number>;

/** Counts by second with one more moment; seconds that have left the window are forgotten. */
export function withCount(rates: Rates, atMs: number, count: number): Map<number, number> {
  const second = Math.floor(atMs / 1000);
  const kept = [...rates].filter(([each]) => each > second - RATE_SECONDS);
  const next = new Map(kept);
  return next.set(second, (next.get(second) ?? 0) + count);
}

/** The counts of the seconds up to now, the oldest first. */
export function ratesUntil(rates: Rates, nowMs: number): number[] {
  const second = Math.floor(nowMs / 1000);
  return Array.from(
    { length: RATE_SECONDS },
    (_, at) => rates.get(second - RATE_SECONDS + 1 + at) ?? 0,
  );
}
