/** The answer of a query as a chart: the first moment or word is where, the numbers are how much. */

import { cellText, kindOf, type SqlRow, type SqlTable } from "./sqlTable";

interface SqlLine {
  label: string;
  values: readonly (number | null)[];
}

export interface SqlDrawing {
  /** What by what. */
  title: string;
  /** Seconds since the epoch, or the numbers from zero of what `labels` names. */
  places: readonly number[];
  /** What stands below each place; null for times. */
  labels: readonly string[] | null;
  /** Between two places. */
  step: number;
  lines: readonly SqlLine[];
  /** Whether the lines are parts of one measure, told apart by a column of words. */
  isSplit: boolean;
}

export const MOST_LINES = 8;
/** How wide a moment is that stands alone. */
const LONELY_S = 60;

/** What can be drawn of an answer; null where there is no number, or fewer than two rows. */
export function drawingOf(table: SqlTable): SqlDrawing | null {
  const { x, isTime, split, numbers } = rolesOf(table);
  if (numbers.length === 0 || table.rows.length < 2) return null;
  const rows = isTime ? inOrder(table.rows, x) : table.rows;
  const keys = rows.map((row, at) => (x < 0 ? String(at + 1) : cellText(row[x])));
  const names = [...new Set(keys)];
  const isSplit = split >= 0 && names.length < keys.length;
  const lines = isSplit
    ? splitLines(table, { rows, keys, names, split, numbers })
    : plainLines(table, rows, numbers);
  const stops = isSplit ? names : keys;
  const places = stops.map((stop, at) => (isTime ? secondsOf(stop) : at));
  const step = isTime ? leastStep(places) : 1;
  const nameOf = (at: number) => table.columns[at]?.name ?? "row";
  const title = `${numbers.map(nameOf).join(", ")} by ${nameOf(isSplit ? split : x)}`;
  return { title, places, labels: isTime ? null : stops, step, lines, isSplit };
}

interface Roles {
  /** The column that says where; -1 for the number of the row. */
  x: number;
  isTime: boolean;
  /** The column of words beside it; -1 where there is none. */
  split: number;
  numbers: readonly number[];
}

/** Which column says what. Numbers alone: the first says where, as the hour of a day does. */
function rolesOf({ columns }: SqlTable): Roles {
  const kinds = columns.map(kindOf);
  const numbers = kinds.flatMap((kind, at) => (kind === "number" ? [at] : []));
  const time = kinds.indexOf("time");
  const word = kinds.indexOf("text");
  if (time >= 0) return { x: time, isTime: true, split: word, numbers };
  if (word >= 0) return { x: word, isTime: false, split: kinds.indexOf("text", word + 1), numbers };
  const [x = -1, ...others] = numbers.length > 1 ? numbers : [-1, ...numbers];
  return { x, isTime: false, split: -1, numbers: others };
}

function plainLines({ columns }: SqlTable, rows: readonly SqlRow[], numbers: readonly number[]) {
  return numbers.slice(0, MOST_LINES).map((at) => ({
    label: columns[at]?.name ?? "",
    values: rows.map((row) => numberOf(row[at])),
  }));
}

interface Split {
  rows: readonly SqlRow[];
  keys: readonly string[];
  names: readonly string[];
  split: number;
  numbers: readonly number[];
}

/** A line for each word of the column that splits, the largest ones. */
function splitLines(
  { columns }: SqlTable,
  { rows, keys, names, split, numbers }: Split,
): SqlLine[] {
  const placeOf = new Map(names.map((name, at) => [name, at]));
  const found = new Map<string, (number | null)[]>();
  rows.forEach((row, index) => {
    for (const at of numbers) {
      const word = cellText(row[split]);
      const label = numbers.length === 1 ? word : `${word} ${columns[at]?.name ?? ""}`;
      const values = found.get(label) ?? names.map(() => null);
      found.set(label, values);
      values[placeOf.get(keys[index] ?? "") ?? 0] = numberOf(row[at]);
    }
  });
  return [...found]
    .map(([label, values]) => ({ label, values }))
    .sort((one, other) => sizeOf(other) - sizeOf(one))
    .slice(0, MOST_LINES);
}

function sizeOf({ values }: SqlLine): number {
  return values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0);
}

function inOrder(rows: readonly SqlRow[], at: number): SqlRow[] {
  const known = rows.filter((row) => typeof row[at] === "string");
  return known.toSorted((one, other) => (cellText(one[at]) < cellText(other[at]) ? -1 : 1));
}

/** Whole numbers of 64 bits and decimals come as texts. */
function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

function secondsOf(text: string): number {
  const iso = text.replace(" ", "T");
  return Date.parse(iso.includes("T") && !/(Z|[+-]\d\d:\d\d)$/.test(iso) ? `${iso}Z` : iso) / 1000;
}

function leastStep(places: readonly number[]): number {
  const steps = places.slice(1).map((place, at) => place - (places[at] ?? place));
  const least = Math.min(...steps.filter((step) => step > 0));
  return Number.isFinite(least) ? least : LONELY_S;
}

/** Values on top of one another: of each line where its part ends. */
export function stacked(lines: readonly SqlLine[]): (readonly number[])[] {
  let below: readonly number[] = lines[0]?.values.map(() => 0) ?? [];
  return lines.map(({ values }) => {
    below = values.map((value, at) => (value ?? 0) + (below[at] ?? 0));
    return below;
  });
}
