/** Columns of groups of traces or spans: sessions, users and failures have them alike. */

import type { Column } from "../../ui/list/column";
import { ageColumn, countColumn, wordsColumn } from "./columnsOf";

export function lastSeenColumn<R extends { last_seen: string }>(): Column<R> {
  return ageColumn(
    {
      id: "last_seen",
      name: "Last",
      width: 40,
      isUsual: true,
      sorts: "last_seen",
      fields: ["last_seen"],
    },
    (row) => row.last_seen,
  );
}

export function firstSeenColumn<R extends { first_seen: string }>(rank: number): Column<R> {
  return ageColumn(
    {
      id: "first_seen",
      name: "First",
      width: 44,
      rank,
      sorts: "first_seen",
      fields: ["first_seen"],
    },
    (row) => row.first_seen,
  );
}

/** Always shown without a rank. */
export function tracesColumn<R extends { traces: number }>(
  width: number,
  rank?: number,
): Column<R> {
  const place = rank === undefined ? { isUsual: true } : { rank };
  return countColumn(
    { id: "traces", name: "Traces", width, ...place, sorts: "traces", fields: ["traces"] },
    (row) => row.traces,
  );
}

/** Shown only when chosen. */
export function unpricedColumn<R extends { unpriced_count: number }>(): Column<R> {
  return countColumn(
    { id: "unpriced", name: "Unpriced calls", width: 92, fields: ["unpriced_count"] },
    (row) => row.unpriced_count,
  );
}

export function modelsColumn<R extends { models: string[] }>(
  width: number,
  rank: number,
): Column<R> {
  return wordsColumn(
    { id: "models", name: "Models", width, rank, fields: ["models"] },
    (row) => row.models,
  );
}

/** Without a rank shown only when chosen. */
export function servicesColumn<R extends { services: string[] }>(
  width: number,
  rank?: number,
): Column<R> {
  const place = rank === undefined ? {} : { rank };
  return wordsColumn(
    { id: "service", name: "Service", width, ...place, fields: ["services"] },
    (row) => row.services,
  );
}
