/** What the data folder holds, and what the server is made of. */

import { queryOptions } from "@tanstack/react-query";
import { get } from "./client";
import type { components } from "./schema";

export type Storage = components["schemas"]["Storage"];
export type Versions = components["schemas"]["Versions"];

export const storageQuery = queryOptions({
  queryKey: ["storage"],
  queryFn: ({ signal }) => get<Storage>("/storage", {}, signal),
});

export function versionsQuery(project: string) {
  return queryOptions({
    queryKey: ["versions", project],
    queryFn: ({ signal }) => get<Versions>("/versions", { project }, signal),
  });
}
