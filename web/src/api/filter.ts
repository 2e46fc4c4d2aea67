/** The filter language: its fields, and what is wrong with a text. */

import { queryOptions } from "@tanstack/react-query";
import { type FilterProblem, problemAt } from "../model/filter";
import { get } from "./client";
import type { components } from "./schema";

type FilterCheck = components["schemas"]["FilterCheck"];
type FilterFields = components["schemas"]["FilterFields"];

export function filterFieldsQuery(project: string) {
  return queryOptions({
    queryKey: ["filter fields"],
    queryFn: ({ signal }) => get<FilterFields>("/filter/fields", { project }, signal),
    select: ({ fields }) => fields,
    staleTime: Infinity,
  });
}

/** What is wrong with a filter, by the words of the server; null when it can be read. */
export function filterProblemQuery(project: string, filter: string) {
  return queryOptions({
    queryKey: ["filter problem", filter],
    queryFn: ({ signal }) => problemOf(project, filter, signal),
    staleTime: Infinity,
  });
}

async function problemOf(
  project: string,
  filter: string,
  signal: AbortSignal,
): Promise<FilterProblem | null> {
  const { problem } = await get<FilterCheck>("/filter/check", { project, filter }, signal);
  return problem && problemAt(filter, problem);
}
