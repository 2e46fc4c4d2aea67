/** What a window cost, and on what. */

import { queryOptions } from "@tanstack/react-query";
import { ofSameProject } from "../model/previousData";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { get } from "./client";
import { oldestStart } from "./overview";
import type { components } from "./schema";

export type CostReport = components["schemas"]["CostReport"];
export type CostRow = components["schemas"]["CostRow"];
type CostGroup = CostReport["by"];

export function costQuery(project: string, range: Range, filter: string, by: CostGroup) {
  return queryOptions({
    queryKey: ["cost", project, serializeRange(range), filter, by],
    queryFn: async ({ signal }) => {
      const window = rangeParams(range);
      if (range.kind === "all") window.from = await oldestStart(project, signal);
      return get<CostReport>("/cost", { project, by, filter, ...window }, signal);
    },
    placeholderData: ofSameProject(project),
    staleTime: 5000,
  });
}
