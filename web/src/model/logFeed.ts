/** Log records that arrive while they are looked at. */

import type { Page } from "./livePages";

interface Identified {
  id: string;
}

export interface Arrived<R> {
  rows: readonly R[];
  /** How many came on top since the list is shown. */
  added: number;
}

/** More would slow the page down; older ones are a narrower window away. */
export const MOST_ARRIVED = 2000;

/**
 * The arrived records with those of a fresh first page that neither they nor the list below know; null where the page
 * knows none of either and goes on: then some between are missing, and the list has to be read anew.
 */
export function withArrived<R extends Identified>(
  before: Arrived<R>,
  below: readonly R[],
  fresh: Page<R>,
): Arrived<R> | null {
  const known = new Set([...before.rows, ...below].map(({ id }) => id));
  const added = fresh.rows.filter(({ id }) => !known.has(id));
  if (added.length === 0) return before;
  const isGap = known.size > 0 && added.length === fresh.rows.length && fresh.next_cursor !== null;
  if (isGap || before.rows.length + added.length > MOST_ARRIVED) return null;
  return { rows: [...added, ...before.rows], added: before.added + added.length };
}

/** A record without words of its own is called by its event. */
export function logName({ message, event_name }: { message: string; event_name: string }): string {
  return message.trim() || event_name || "empty";
}
