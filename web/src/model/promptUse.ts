/** How the versions of a prompt do, in words and in small charts. */

import { formatCount, formatDuration, formatMoney, formatShare } from "./format";

interface Notice {
  version: string;
  before: string;
  measure: "input_tokens" | "output_tokens" | "cost" | "latency_p50_ns" | "error_rate";
  was: number;
  now: number;
}

const MEASURES = {
  input_tokens: "input tokens",
  output_tokens: "output tokens",
  cost: "cost",
  latency_p50_ns: "latency",
  error_rate: "errors",
} as const;

/** What a version changed much: "Version 3 doubled the input tokens: 840 a call, 420 in version 2." */
export function noticeText({ version, before, measure, was, now }: Notice): string {
  if (measure === "error_rate") {
    const verb = now > was ? "fails more often" : "fails less often";
    return `Version ${version} ${verb}: ${formatShare(now)} of its calls, ${formatShare(was)} in version ${before}.`;
  }
  const figures = `${figureOf(measure, now)} a call, ${figureOf(measure, was)} in version ${before}`;
  return `Version ${version} ${changeOf(now / was, MEASURES[measure])}: ${figures}.`;
}

/** Whether it is worse than before: every one of these measures is better when it is less. */
export function isWorse({ was, now }: Pick<Notice, "was" | "now">): boolean {
  return now > was;
}

function changeOf(ratio: number, name: string): string {
  if (ratio >= 1.9 && ratio <= 2.1) return `doubled the ${name}`;
  if (ratio >= 0.47 && ratio <= 0.53) return `halved the ${name}`;
  if (ratio > 1) return `raised the ${name} ${ratio.toFixed(ratio < 10 ? 1 : 0)}-fold`;
  return `lowered the ${name} to ${formatShare(ratio)}`;
}

type Charted = Notice["measure"] | "calls";

/** A figure of a chart or a notice with its unit. */
export function figureOf(measure: Charted, value: number | null): string {
  if (value === null) return "–";
  switch (measure) {
    case "error_rate":
      return formatShare(value);
    case "cost":
      return formatMoney(value);
    case "latency_p50_ns":
      return formatDuration(value);
    case "calls":
    case "input_tokens":
    case "output_tokens":
      return formatCount(Math.round(value));
  }
}

interface Bar {
  version: string;
  /** In parts of the highest; null is unknown. */
  height: number | null;
  told: string;
}

/** More do not fit side by side. */
export const MAX_BARS = 40;

/** A bar for each of the last versions, in their order. */
export function barsOf(
  measure: Charted,
  versions: readonly ({ version: string } & Record<Charted, number | null>)[],
): Bar[] {
  const shown = versions.slice(-MAX_BARS);
  const most = Math.max(...shown.map((one) => one[measure] ?? 0), 0);
  return shown.map((one) => {
    const value = one[measure];
    return {
      version: one.version,
      height: value === null ? null : most > 0 ? value / most : 0,
      told: `Version ${one.version}: ${figureOf(measure, value)}`,
    };
  });
}
