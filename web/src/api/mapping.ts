/** Which rule filled which field of a span, asked only when somebody looks. */

import { queryOptions } from "@tanstack/react-query";
import { get } from "./client";
import type { components } from "./schema";

export type SpanMapping = components["schemas"]["SpanMapping"];

export function mappingQuery(project: string, traceId: string, spanId: string) {
  const path = `/spans/${encodeURIComponent(spanId)}/mapping`;
  return queryOptions({
    queryKey: ["mapping", project, traceId, spanId],
    queryFn: ({ signal }) => get<SpanMapping>(path, { project, trace_id: traceId }, signal),
    staleTime: 60_000,
  });
}
