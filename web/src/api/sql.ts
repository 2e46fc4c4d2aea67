/** Questions in SQL, and what can be asked of. */

import { queryOptions } from "@tanstack/react-query";
import { get, post } from "./client";
import type { components } from "./schema";

export type SqlAnswer = components["schemas"]["SqlAnswer"];

/** Tables, columns and functions: they change with the server's version alone. */
export function sqlSchemaQuery(project: string) {
  return queryOptions({
    queryKey: ["sql schema", project],
    queryFn: ({ signal }) =>
      get<components["schemas"]["SqlSchema"]>("/sql/schema", { project }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The rows that a `select` gives, with a window of what was in it. Aborted, it is ended on the server, too. */
export function askSql(
  project: string,
  sql: string,
  csrf: string,
  signal: AbortSignal,
  window: { from?: string; to?: string } = {},
): Promise<SqlAnswer> {
  return post<SqlAnswer>(
    `/sql?${new URLSearchParams({ project }).toString()}`,
    { sql, ...window },
    csrf,
    signal,
  );
}
