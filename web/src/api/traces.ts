/** The newest trace, and one trace with its spans but without their bodies. */

import { queryOptions } from "@tanstack/react-query";
import { rowsOf, type ValueOf } from "../model/columns";
import { get, getLines } from "./client";
import type { components } from "./schema";

type TraceList = components["schemas"]["TraceList"];
export type TraceRow = components["schemas"]["TraceRow"];
type TraceOutline = components["schemas"]["TraceOutline"];
type SpanColumns = TraceOutline["spans"];
type SpanPreviews = components["schemas"]["SpanPreviews"];

/** A span in its trace, without its bodies. */
export type TraceSpan = { [Name in keyof SpanColumns]: ValueOf<SpanColumns[Name]> };

/** What went in and what came out, in short, by the id of the span. */
export type Previews = ReadonlyMap<string, readonly [input: string, output: string]>;

interface Trace {
  trace: TraceRow;
  /** In order of start. */
  spans: TraceSpan[];
  /** Whether these are in cold storage. */
  cold: boolean;
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
      const { trace, spans, cold } = await get<TraceOutline>(path, { project }, signal);
      return { trace, spans: rowsOf(spans, spans.span_id.length), cold };
    },
    // Comparing a hundred thousand spans with those before costs more than drawing them again.
    structuralSharing: false,
    staleTime: 5000,
  });
}

/** What the spans of a trace say: large, and asked for only where it is searched or read. */
export function previewsQuery(project: string, traceId: string) {
  return queryOptions({
    queryKey: ["trace", project, traceId, "previews"],
    queryFn: async ({ signal }): Promise<Previews> => {
      const path = `/traces/${encodeURIComponent(traceId)}/previews`;
      const found = new Map<string, readonly [input: string, output: string]>();
      for await (const part of getLines<SpanPreviews>(path, { project }, signal)) {
        part.span_id.forEach((id, at) =>
          found.set(id, [part.input_preview[at] ?? "", part.output_preview[at] ?? ""]),
        );
      }
      return found;
    },
    structuralSharing: false,
    staleTime: 5000,
  });
}
