/** Two traces beside each other, or a trace and what is usual of those that pass a filter. */

import { queryOptions } from "@tanstack/react-query";
import { quoted } from "../model/filter";
import { get } from "./client";
import type { components } from "./schema";

export type Comparison = components["schemas"]["Comparison"];
export type ComparedTrace = components["schemas"]["ComparedTrace"];
export type ComparedRow = components["schemas"]["ComparedRow"];
export type ComparedSpan = components["schemas"]["ComparedSpan"];
type TraceList = components["schemas"]["TraceList"];

/** With a trace, or with what is usual of a filter. */
export type Beside = { kind: "trace"; id: string } | { kind: "usual"; filter: string };

/** How far back another trace is looked for. */
export const LOOKED_BACK_DAYS = 30;
const FROM = `-${LOOKED_BACK_DAYS}d`;

export function comparisonQuery(project: string, first: string, beside: Beside) {
  const other = beside.kind === "trace" ? { b: beside.id } : { filter: beside.filter, from: FROM };
  return queryOptions({
    queryKey: ["comparison", project, first, beside],
    queryFn: ({ signal }) => get<Comparison>("/compare", { project, a: first, ...other }, signal),
    structuralSharing: false,
    staleTime: 10_000,
  });
}

/** The newest trace that is called like this one and ended well; null where there is none. */
export function goodOneQuery(project: string, traceId: string) {
  return queryOptions({
    queryKey: ["good one", project, traceId],
    queryFn: async ({ signal }) => {
      const name = await nameOf(project, traceId, signal);
      const filter = `root.name:${quoted(name)} status:ok -trace:${quoted(traceId)}`;
      const params = { project, filter, from: FROM, limit: "1" };
      const { traces } = await get<TraceList>("/traces", params, signal);
      return { name, id: traces[0]?.trace_id ?? null };
    },
    staleTime: 10_000,
  });
}

/** What a trace is called. */
export function traceNameQuery(project: string, traceId: string) {
  return queryOptions({
    queryKey: ["trace name", project, traceId],
    queryFn: ({ signal }) => nameOf(project, traceId, signal),
    staleTime: 60_000,
  });
}

async function nameOf(project: string, traceId: string, signal: AbortSignal): Promise<string> {
  const filter = `trace:${quoted(traceId)}`;
  const params = { project, filter, from: "0", limit: "1", fields: "name" };
  const { traces } = await get<TraceList>("/traces", params, signal);
  return traces[0]?.name ?? "";
}
