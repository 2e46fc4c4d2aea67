/** A re-pricing: the window that is asked for, and what it did, does or would do, in a sentence. */

import { counted, formatMoney, formatShare } from "./format";

/** The first and the last day (UTC) of a re-pricing; an empty last day is today. */
export interface Days {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;

/** The window of these days as the API wants it: its end is not part of it. */
export function windowOf({ from, to }: Days): { from: string; to?: string } {
  const begin = `${from}T00:00:00Z`;
  if (to === "") return { from: begin };
  return { from: begin, to: new Date(Date.parse(`${to}T00:00:00Z`) + DAY_MS).toISOString() };
}

interface Facts {
  preview: boolean;
  state: "running" | "done" | "cancelled";
  progress: number;
  spans: number;
  changed: number;
  gained: number;
  kept: number;
  old_total: string;
  new_total: string;
}

/** How far it is and what it found: the preview says what would be. */
export function describeRepricing(job: Facts): string {
  const { preview: isPreview, state, progress } = job;
  if (state === "running") {
    return `${isPreview ? "Looking" : "Re-pricing"}: ${formatShare(progress)} of the calls.`;
  }
  const stopped = state === "cancelled" ? "Stopped. " : "";
  if (job.spans === 0) return `${stopped}No span with usage was found.`;
  const cost = isPreview ? "would cost" : "cost";
  const found =
    job.changed === 0
      ? `None of ${counted(job.spans, "span")} with usage ${cost} something else.`
      : `${counted(job.changed, "span")} of ${job.spans} with usage ${cost} something else: ${formatMoney(job.old_total)} → ${formatMoney(job.new_total)} in all.`;
  const gained = job.gained > 0 ? ` ${counted(job.gained, "span")} had no cost.` : "";
  const kept =
    job.kept > 0 ? ` ${counted(job.kept, "span")} without a price today keep their cost.` : "";
  return `${stopped}${found}${gained}${kept}`;
}

/** The days of a re-pricing in words: `2026-10-01 to 2026-10-31`, or `since 2026-10-01`. */
export function describeDays(job: { from: string; to: string; created: string }): string {
  const from = job.from.slice(0, 10);
  // Without an end it is the moment in which it was begun.
  if (Math.abs(Date.parse(job.created) - Date.parse(job.to)) < 1000) return `since ${from}`;
  const last = new Date(Date.parse(job.to) - 1).toISOString().slice(0, 10);
  return last === from ? `of ${from}` : `${from} to ${last}`;
}

/** What one span cost and costs: `unknown → $0.0028`. */
export function describeDifference(old: string | null, now: string | null): string {
  const said = (money: string | null) => (money === null ? "unknown" : formatMoney(money));
  return `${said(old)} → ${said(now)}`;
}
