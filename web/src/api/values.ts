/** The values that a field takes, for completing a filter. */

import { queryOptions } from "@tanstack/react-query";
import type { WordParam } from "../model/filterFields";
import { type Range, rangeParams, serializeRange } from "../model/range";
import { get } from "./client";
import type { components } from "./schema";

type Values = components["schemas"]["Values"];

export function valuesQuery(project: string, range: Range, field: WordParam, prefix: string) {
  return queryOptions({
    queryKey: ["values", project, serializeRange(range), field, prefix],
    queryFn: ({ signal }) =>
      get<Values>(
        `/values/${field}`,
        { project, ...rangeParams(range, Date.now()), prefix },
        signal,
      ),
    select: ({ values }) => values,
    staleTime: 30_000,
  });
}
