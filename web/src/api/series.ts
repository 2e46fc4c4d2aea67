/** What panels show: a measure over time, or the answer of a query; a few are asked for at once. */

import { queryOptions } from "@tanstack/react-query";
import { ofSameProject } from "../model/previousData";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { slots } from "../model/slots";
import { ApiError, get, isPassing } from "./client";
import { oldestStart } from "./overview";
import type { components } from "./schema";
import { askSql } from "./sql";

export type Series = components["schemas"]["Series"];
type SeriesSource = components["schemas"]["SeriesSource"];

// The server answers two queries at once and refuses a third; one place stays for the page of SQL.
const OF_SERIES = slots(4);
const OF_SQL = slots(1);
const MAX_RETRIES = 4;

/** A measure; `filter` is that of the panel and of the dashboard. */
export function seriesQuery(project: string, range: Range, filter: string, source: SeriesSource) {
  const { of, measure, split, top } = source;
  return queryOptions({
    queryKey: ["panel", project, serializeRange(range), filter, of, measure, split, top],
    queryFn: ({ signal }) =>
      OF_SERIES.run(signal, async () => {
        const window = await windowOf(project, range, signal);
        const params = { project, filter, of, measure, split, top: String(top), ...window };
        return get<Series>("/series", params, signal);
      }),
    placeholderData: ofSameProject(project),
    staleTime: 5000,
  });
}

/** A query, of what was in the window. */
export function sqlPanelQuery(project: string, range: Range, sql: string, csrf: string) {
  return queryOptions({
    queryKey: ["panel of sql", project, serializeRange(range), sql],
    queryFn: ({ signal }) =>
      OF_SQL.run(signal, () => askSql(project, sql, csrf, signal, rangeParams(range))),
    // Somebody else's queries are running: they end within seconds.
    retry: (failures, error) =>
      failures < MAX_RETRIES &&
      (isPassing(error) || (error instanceof ApiError && error.status === 429)),
    placeholderData: ofSameProject(project),
    staleTime: 5000,
  });
}

/** What can be measured, and by which fields. */
export function choicesQuery(project: string) {
  return queryOptions({
    queryKey: ["series choices", project],
    queryFn: ({ signal }) =>
      get<components["schemas"]["SeriesChoices"]>("/series/choices", { project }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

async function windowOf(project: string, range: Range, signal: AbortSignal) {
  const window = rangeParams(range);
  return range.kind === "all" ? { from: await oldestStart(project, signal) } : window;
}
