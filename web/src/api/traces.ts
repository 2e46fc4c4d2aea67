/** The newest trace, and one trace with its spans but without their bodies. */

import { queryOptions } from "@tanstack/react-query";
import { rowsOf } from "../model/columns";
import { get } from "./client";
import type { components } from "./schema";

type TraceList = components["schemas"]["TraceList"];
export type TraceRow = components["schemas"]["TraceRow"];
type TraceOutline = components["schemas"]["TraceOutline"];
type SpanColumns = TraceOutline["spans"];

/** A span in its trace, without its bodies. */
export type TraceSpan = { [Name in keyof SpanColumns]: SpanColumns[Name][number] };

interface Trace {
  trace: TraceRow;
  /** In order of start. */
  spans: TraceSpan[];
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
