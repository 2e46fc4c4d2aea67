/** The queries that were run in this browser, the last one first. */

export interface PastQuery {
  sql: string;
  /** RFC 3339. */
  at: string;
  /** Of its answer; null where it failed or was stopped. */
  rows: number | null;
}

const MOST_QUERIES = 30;

/** The history from its stored form; what cannot be read is none. */
export function parseHistory(text: string): PastQuery[] {
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) ? read.filter(isPast) : [];
  } catch {
    return [];
  }
}

/** The history with one more; the same query again moves to the front. */
export function withQuery(history: readonly PastQuery[], query: PastQuery): PastQuery[] {
  const others = history.filter(({ sql }) => sql !== query.sql);
  return [query, ...others].slice(0, MOST_QUERIES);
}

function isPast(value: unknown): value is PastQuery {
  return (
    typeof value === "object" &&
    value !== null &&
    "sql" in value &&
    "at" in value &&
    "rows" in value &&
    typeof value.sql === "string" &&
    typeof value.at === "string"
  );
}
