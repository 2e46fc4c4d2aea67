/** One span with its bodies, fetched only when it is looked at. */

import { queryOptions } from "@tanstack/react-query";
import { get } from "./client";
import type { components } from "./schema";

export type SpanDetail = components["schemas"]["SpanDetail"];

export function spanQuery(project: string, traceId: string, spanId: string) {
  const path = `/traces/${encodeURIComponent(traceId)}/spans/${encodeURIComponent(spanId)}`;
  return queryOptions({
    queryKey: ["span", project, traceId, spanId],
    queryFn: ({ signal }) => get<SpanDetail>(path, { project }, signal),
    staleTime: 5000,
  });
}
