/** What a re-pricing did, does or would do, in a sentence. */

import { counted, formatMoney, formatShare } from "./format";

interface Facts {
  dry_run: boolean;
  state: "running" | "done" | "cancelled";
  progress: number;
  spans: number;
  changed: number;
  kept: number;
  old_total: string;
  new_total: string;
}

/** How far it is and what it found: the preview says what would be. */
export function describeRepricing(job: Facts): string {
  const { dry_run: isDry, state, progress } = job;
  if (state === "running") {
    return `${isDry ? "Looking" : "Re-pricing"}: ${formatShare(progress)} of the calls.`;
  }
  const found =
    job.changed === 0
      ? `None of ${counted(job.spans, "span")} with usage ${isDry ? "would cost" : "cost"} something else.`
      : `${counted(job.changed, "span")} of ${job.spans} with usage ${isDry ? "would cost" : "cost"} something else: ${formatMoney(job.old_total)} → ${formatMoney(job.new_total)} in all.`;
  const kept =
    job.kept > 0 ? ` ${counted(job.kept, "span")} without a price today keep their cost.` : "";
  return `${state === "cancelled" ? "Stopped. " : ""}${found}${kept}`;
}

/** What one span cost and costs: `unknown → $0.0028`. */
export function describeDifference(old: string | null, now: string | null): string {
  const said = (money: string | null) => (money === null ? "unknown" : formatMoney(money));
  return `${said(old)} → ${said(now)}`;
}
