/** Log records: of the whole project, of a trace, of a span. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Page } from "../model/livePages";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { get } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type LogRow = Schemas["LogRow"];
export type LogDetail = Schemas["LogDetail"];

export interface LogQuestion {
  project: string;
  range: Range;
  filter: string;
  /** Of which trace and span; empty for any. */
  traceId: string;
  spanId: string;
}

const FIRST_LOGS = "100";
/** Further pages are larger: who scrolls so far wants to get on. */
const MORE_LOGS = "400";

export function logsQuery(question: LogQuestion) {
  const { project, range, filter, traceId, spanId } = question;
  return infiniteQueryOptions({
    queryKey: ["logs", project, serializeRange(range), filter, traceId, spanId],
    queryFn: ({ pageParam, signal }) => fetchLogs(question, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }: Page<LogRow>) => next_cursor,
    structuralSharing: false,
    staleTime: 10_000,
  });
}

/** One page, the newest first; the window is taken at the moment of asking. */
export async function fetchLogs(
  question: LogQuestion,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Page<LogRow>> {
  const { project, range, filter, traceId, spanId } = question;
  const window = rangeParams(range);
  const place = cursor === null ? { limit: FIRST_LOGS } : { limit: MORE_LOGS, cursor };
  const of = { trace_id: traceId, span_id: spanId };
  const params = { project, ...window, filter, ...of, ...place };
  const answer = await get<Schemas["LogList"]>("/logs", params, signal);
  return { rows: answer.logs, next_cursor: answer.next_cursor };
}

/** How many log records a trace has, and which of its spans; no body is read. */
export function logCountsQuery(project: string, traceId: string) {
  return queryOptions({
    queryKey: ["log counts", project, traceId],
    queryFn: ({ signal }) =>
      get<Schemas["LogCounts"]>("/logs/counts", { project, trace_id: traceId }, signal),
    select: ({ logs, spans }) => ({
      logs,
      ofSpan: new Map(spans.map((span) => [span.span_id, span.logs])),
    }),
    staleTime: 10_000,
  });
}

export function logQuery(project: string, id: string) {
  return queryOptions({
    queryKey: ["log", project, id],
    queryFn: ({ signal }) => get<LogDetail>(`/logs/${encodeURIComponent(id)}`, { project }, signal),
    staleTime: Infinity,
  });
}
