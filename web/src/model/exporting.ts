/** An export: what is asked for, what the file is called, and how far it has come. */

export const FORMATS = [
  { id: "csv", label: "CSV", ending: "csv" },
  { id: "json", label: "JSON", ending: "json" },
  { id: "jsonl", label: "JSON Lines", ending: "jsonl" },
  { id: "markdown", label: "Markdown", ending: "md" },
] as const;

export type Format = (typeof FORMATS)[number]["id"];

/** `traces-2026-11-21-0930.csv`. */
export function fileName(noun: string, format: Format, now: Date): string {
  const stamp = now.toISOString().slice(0, 16).replace("T", "-").replace(":", "");
  const ending = FORMATS.find(({ id }) => id === format)?.ending ?? format;
  return `${noun}-${stamp}.${ending}`;
}

/** How much of an export has come. `total` is null until the server has said it. */
export interface Progress {
  bytes: number;
  rows: number;
  total: number | null;
}

/** The share that has come, from 0 to 1; null when it cannot be told. */
export function shareOf({ rows, total }: Progress): number | null {
  if (total === null) return null;
  return total === 0 ? 1 : Math.min(rows / total, 1);
}

const NEWLINE = 10;
const QUOTE = 34;

/** Counts rows in slices of the file: line ends, in CSV those outside of quotes. */
export function rowCounter(format: Format): (slice: Uint8Array) => number {
  let isQuoted = false;
  let lines = 0;
  // A header line; in Markdown with the line below it; in JSON the opening bracket.
  const before = { csv: 1, json: 1, jsonl: 0, markdown: 2 }[format];
  return (slice) => {
    for (const byte of slice) {
      if (byte === QUOTE && format === "csv") isQuoted = !isQuoted;
      else if (byte === NEWLINE && !isQuoted) lines += 1;
    }
    return Math.max(lines - before, 0);
  };
}
