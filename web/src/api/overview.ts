/** A window in numbers: totals, series, distributions and models. */

import { queryOptions } from "@tanstack/react-query";
import { ofSameProject } from "../model/previousData";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { get } from "./client";
import type { components } from "./schema";

type TraceList = components["schemas"]["TraceList"];
export type Overview = components["schemas"]["Overview"];
export type Totals = components["schemas"]["Totals"];
export type Point = components["schemas"]["Point"];
export type ModelRow = components["schemas"]["ModelRow"];

export function overviewQuery(project: string, range: Range, filter: string) {
  return queryOptions({
    queryKey: ["overview", project, serializeRange(range), filter],
    queryFn: async ({ signal }) => {
      const window = rangeParams(range);
      if (range.kind === "all") window.from = await oldestStart(project, signal);
      return get<Overview>("/overview", { project, filter, ...window }, signal);
    },
    placeholderData: ofSameProject(project),
    staleTime: 5000,
  });
}

/** Where a chart of all time begins: with the project's first trace, for from the epoch on all data would be in its last bar. */
export async function oldestStart(project: string, signal: AbortSignal): Promise<string> {
  const params = { project, from: "0", sort: "start", limit: "1" };
  const { traces } = await get<TraceList>("/traces", params, signal);
  return traces[0]?.start ?? new Date(Date.now() - 3_600_000).toISOString();
}
