/** Redaction in words and tables: what was found, how far a rescan is, and the rules as a form holds them. */

import { counted, formatShare } from "./format";
import { describeCounts as describeRecords } from "./removal";

type Capture = "masked" | "full" | "errors" | "metadata";

/** What each way to capture keeps. */
export const CAPTURES: readonly { capture: Capture; name: string; keeps: string }[] = [
  { capture: "masked", name: "Masked", keeps: "all texts, without personal data and secrets" },
  { capture: "full", name: "Full", keeps: "all texts, personal data too; secrets are masked" },
  { capture: "errors", name: "Errors only", keeps: "the masked texts of what failed" },
  { capture: "metadata", name: "Metadata only", keeps: "no texts: names, times, tokens, costs" },
];

/** How a type is called on screen: `api_key` → `API key`. */
export function typeName(type: string): string {
  const known: Record<string, string> = {
    api_key: "API key",
    iban: "IBAN",
    ip: "IP address",
    jwt: "JWT",
    ssn: "SSN",
    email: "e-mail",
    national_id: "national id",
    credentials: "URL credentials",
    private_key: "private key",
    nrp: "nationality, religion or party",
    unread: "text that could not be read",
    us_ssn: "US SSN",
  };
  return known[type] ?? type.replaceAll("_", " ");
}

/** What a project should know whose entities this server cannot look for. */
export function notLookedFor(entities: readonly string[]): string {
  const names = entities.map((one) => typeName(one.toLowerCase())).join(", ");
  return `Not masked at present, because this server was started without an analyzer for it: ${names}.`;
}

interface Piece {
  text: string;
  /** What stood here; empty for text as it was. */
  type: string;
}

const MARK = /\[redacted:([a-z][a-z0-9_]*)\]/g;

/** A redacted text, cut at its marks. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const mark of text.matchAll(MARK)) {
    if (mark.index > end) found.push({ text: text.slice(end, mark.index), type: "" });
    found.push({ text: mark[0], type: mark[1] ?? "" });
    end = mark.index + mark[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end), type: "" });
  return found;
}

/** Counts by type in a sentence, the most first. */
export function describeCounts(counts: Record<string, number>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([type, count]) => `${count} × ${typeName(type)}`)
    .join(", ");
}

interface Masked {
  day: string;
  type: string;
  count: number;
}

export interface MaskedTable {
  /** The types that were found, the most first. */
  types: string[];
  /** The newest day first; counts in the order of the types. */
  days: { day: string; total: number; counts: number[] }[];
}

/** What was masked as a table of days and types. */
export function maskedTable(rows: readonly Masked[]): MaskedTable {
  const totals = new Map<string, number>();
  const days = new Map<string, Map<string, number>>();
  for (const { day, type, count } of rows) {
    totals.set(type, (totals.get(type) ?? 0) + count);
    const ofDay = days.get(day) ?? new Map<string, number>();
    days.set(day, ofDay.set(type, (ofDay.get(type) ?? 0) + count));
  }
  const types = [...totals.keys()].sort((a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0));
  return {
    types,
    days: [...days.entries()]
      .sort(([a], [b]) => (a < b ? 1 : -1))
      .map(([day, ofDay]) => {
        const counts = types.map((type) => ofDay.get(type) ?? 0);
        return { day, total: counts.reduce((sum, count) => sum + count, 0), counts };
      }),
  };
}

interface RescanFacts {
  preview: boolean;
  state: "running" | "done" | "cancelled";
  progress: number;
  spans: number;
  changed: number;
  records: Record<string, number>;
  types: Record<string, number>;
}

/** How far a rescan is and what it found: the preview says what would be. */
export function describeRescan(job: RescanFacts): string {
  const { preview: isPreview, state, progress, spans, changed } = job;
  if (state === "running") return `Reading: ${formatShare(progress)} of the spans.`;
  const stopped = state === "cancelled" ? "Stopped. " : "";
  const ofSpans = changed === 0 ? "" : `${counted(changed, "span")} of ${spans}`;
  const found = [ofSpans, describeRecords(job.records)].filter((one) => one !== "").join(", ");
  if (found === "") return `${stopped}Nothing to redact in ${counted(spans, "span")}, nor beside.`;
  const does = isPreview ? "would be redacted" : "redacted";
  return `${stopped}${found} ${does}: ${describeCounts(job.types)}.`;
}

interface OwnPattern {
  name: string;
  pattern: string;
}

/** Patterns as lines of a text field: a name, an equals sign, the expression. */
export function patternsAsText(patterns: readonly OwnPattern[]): string {
  return patterns.map(({ name, pattern }) => `${name} = ${pattern}`).join("\n");
}

/** The lines of a text field as patterns; one without a name is called `pattern`. */
export function patternsOf(text: string): OwnPattern[] {
  return lines(text).map((line) => {
    const named = /^([a-z][a-z0-9_]*)\s*=\s*(.+)$/.exec(line);
    return { name: named?.[1] ?? "pattern", pattern: named?.[2] ?? line };
  });
}

/** The lines of a text field that hold something. */
export function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
