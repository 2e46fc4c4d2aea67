/** The values that a field has, for completing a filter. */

import { queryOptions } from "@tanstack/react-query";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { get } from "./client";
import type { components } from "./schema";

type Values = components["schemas"]["Values"];

interface ValueQuestion {
  field: string;
  /** Of `attr` and `resource`: the attribute whose values are meant; empty asks for the keys. */
  key: string;
  prefix: string;
}

export function valuesQuery(project: string, range: Range, { field, key, prefix }: ValueQuestion) {
  return queryOptions({
    queryKey: ["values", project, serializeRange(range), field, key, prefix],
    queryFn: ({ signal }) =>
      get<Values>(
        `/values/${encodeURIComponent(field)}`,
        { project, ...rangeParams(range), key, prefix },
        signal,
      ),
    select: ({ values }) => values,
    staleTime: 30_000,
  });
}
