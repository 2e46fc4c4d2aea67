/** The answer of a query as a table: what its columns are, what its cells say, how wide they are. */

interface SqlColumn {
  name: string;
  /** The engine's: `Nullable(UInt64)`. */
  type: string;
}

export type SqlRow = readonly unknown[];

export interface SqlTable {
  columns: readonly SqlColumn[];
  rows: readonly SqlRow[];
}

const WRAPPED = /^(?:Nullable|LowCardinality)\((.*)\)$/;

/** Whether a column is of numbers, of moments, or of something else. */
export function kindOf({ type }: SqlColumn): "number" | "time" | "text" {
  const inner = WRAPPED.exec(type)?.[1];
  if (inner !== undefined) return kindOf({ name: "", type: inner });
  if (/^(U?Int|Float|Decimal|BFloat)\d*/.test(type)) return "number";
  return type.startsWith("Date") ? "time" : "text";
}

/** What a cell says; lists and maps as JSON. */
export function cellText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** All of a value, to be read: JSON on lines of its own. */
export function readableText(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  try {
    const read: unknown = /^[[{]/.test(value) ? JSON.parse(value) : null;
    return read === null ? value : JSON.stringify(read, null, 2);
  } catch {
    return value;
  }
}

export interface CellPlace {
  row: number;
  column: number;
}

const MOVES: Record<string, CellPlace> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  PageUp: { row: -20, column: 0 },
  PageDown: { row: 20, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
  Home: { row: 0, column: -Infinity },
  End: { row: 0, column: Infinity },
};

/** Where a key leads from a cell; the first one from nowhere. Null for other keys, and where there is no cell. */
export function movedCell(
  from: CellPlace | null,
  key: string,
  { columns, rows }: SqlTable,
): CellPlace | null {
  const move = MOVES[key];
  if (!move || rows.length === 0) return null;
  if (!from) return { row: 0, column: 0 };
  const within = (at: number, count: number) => Math.min(Math.max(at, 0), count - 1);
  return {
    row: within(from.row + move.row, rows.length),
    column: within(from.column + move.column, columns.length),
  };
}

/** Where a cell leads: the names of the columns tell. */
export type CellLink = { traceId: string; spanId: string } | { sessionId: string };

/** Where the cell of a row leads, if anywhere. */
export function linkOf({ columns }: SqlTable, row: SqlRow, at: number): CellLink | null {
  const value = row[at];
  if (typeof value !== "string" || value === "") return null;
  const name = columns[at]?.name;
  if (name === "trace_id") return { traceId: value, spanId: "" };
  if (name === "session_id") return { sessionId: value };
  const traceId = row[columns.findIndex((column) => column.name === "trace_id")];
  const isSpan = name === "span_id" || name === "parent_id";
  return isSpan && typeof traceId === "string" ? { traceId, spanId: value } : null;
}

const SAMPLE_ROWS = 200;
const LETTER_PX = 7.4;
const LEAST_PX = 56;
const MOST_PX = 380;

/** The width of each column in pixels, by its name and its first rows. */
export function widthsOf({ columns, rows }: SqlTable): number[] {
  const sample = rows.slice(0, SAMPLE_ROWS);
  return columns.map(({ name }, at) => {
    const longest = sample.reduce(
      (most, row) => Math.max(most, cellText(row[at]).length),
      name.length,
    );
    return Math.min(Math.max(Math.ceil(longest * LETTER_PX) + 4, LEAST_PX), MOST_PX);
  });
}
