/** The list of traces, and one trace with its spans but without their bodies. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Page } from "../model/livePages";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { rowsOf } from "../model/columns";
import { get } from "./client";
import type { components } from "./schema";

type TraceList = components["schemas"]["TraceList"];
export type TraceRow = components["schemas"]["TraceRow"];
type TraceOutline = components["schemas"]["TraceOutline"];
type SpanColumns = TraceOutline["spans"];

/** A span in its trace, without its bodies. */
export type TraceSpan = { [Name in keyof SpanColumns]: SpanColumns[Name][number] };

export interface Trace {
  trace: TraceRow;
  /** In order of start. */
  spans: TraceSpan[];
}

export type TraceSort =
  "-start" | "start" | "-duration" | "duration" | "-cost" | "cost" | "-tokens" | "tokens";

export interface TraceQuestion {
  project: string;
  range: Range;
  filter: string;
  sort: TraceSort;
}

const PAGE_ROWS = "100";

export function tracesQuery(question: TraceQuestion) {
  const { project, range, filter, sort } = question;
  return infiniteQueryOptions({
    queryKey: ["traces", project, serializeRange(range), filter, sort],
    queryFn: ({ pageParam, signal }) => fetchTraces(question, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }: Page<TraceRow>) => next_cursor,
    // The first page is kept fresh by live events; pages further down do not change by themselves.
    staleTime: 10_000,
  });
}

/** One page of the list; the window is taken at the moment of asking. */
export async function fetchTraces(
  question: TraceQuestion,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Page<TraceRow>> {
  const { project, range, filter, sort } = question;
  const window = rangeParams(range, Date.now());
  const params = { project, ...window, filter, sort, limit: PAGE_ROWS };
  const { traces, next_cursor } = await get<TraceList>(
    "/traces",
    cursor === null ? params : { ...params, cursor },
    signal,
  );
  return { rows: traces, next_cursor };
}

/** Whether a project holds any trace at all: its newest one. */
export function newestTraceQuery(project: string) {
  return queryOptions({
    queryKey: ["newest trace", project],
    queryFn: async ({ signal }) => {
      const params = { project, from: "0", limit: "1" };
      const { traces } = await get<TraceList>("/traces", params, signal);
      return traces[0] ?? null;
    },
    staleTime: 5000,
  });
}

export function traceQuery(project: string, traceId: string) {
  return queryOptions({
    queryKey: ["trace", project, traceId],
    queryFn: async ({ signal }): Promise<Trace> => {
      const path = `/traces/${encodeURIComponent(traceId)}/outline`;
      const { trace, spans } = await get<TraceOutline>(path, { project }, signal);
      return { trace, spans: rowsOf<TraceSpan>(spans) };
    },
    // Comparing a hundred thousand spans with those before costs more than drawing them again.
    structuralSharing: false,
    staleTime: 5000,
  });
}
