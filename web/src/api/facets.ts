/** The values that fields take in a list, with their counts. */

import { queryOptions } from "@tanstack/react-query";
import { ofSameProject } from "../model/previousData";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { get } from "./client";
import type { Counted } from "./histogram";
import type { components } from "./schema";

type Facets = components["schemas"]["Facets"];

const VALUES = "8";

interface FacetQuestion {
  project: string;
  of: Counted;
  range: Range;
  filter: string;
  fields: readonly string[];
}

export function facetsQuery({ project, of, range, filter, fields }: FacetQuestion) {
  return queryOptions({
    queryKey: ["facets", project, of, serializeRange(range), filter, fields],
    queryFn: ({ signal }) => {
      const window = rangeParams(range);
      const params = { project, of, ...window, filter, field: fields, limit: VALUES };
      return get<Facets>("/facets", params, signal);
    },
    select: ({ facets }) => facets,
    placeholderData: ofSameProject(project),
    staleTime: 15_000,
  });
}
