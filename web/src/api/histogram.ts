/** How many traces or spans there were when. */

import { queryOptions } from "@tanstack/react-query";
import { ofSameProject } from "../model/previousData";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { get } from "./client";
import { oldestStart } from "./overview";
import type { components } from "./schema";

type Histogram = components["schemas"]["Histogram"];

/** What a list is made of: its histogram and its facets count these. */
export type Counted = "traces" | "spans";

const BUCKETS = "90";

export function histogramQuery(project: string, of: Counted, range: Range, filter: string) {
  return queryOptions({
    queryKey: ["histogram", project, of, serializeRange(range), filter],
    queryFn: async ({ signal }) => {
      // Lists look an hour ahead, for clocks that are fast; a strip with an empty hour would mislead.
      const window = { to: "-0s", ...rangeParams(range) };
      if (range.kind === "all") window.from = await oldestStart(project, signal);
      const params = { project, of, ...window, filter, buckets: BUCKETS };
      return get<Histogram>("/histogram", params, signal);
    },
    placeholderData: ofSameProject(project),
    staleTime: 10_000,
  });
}
