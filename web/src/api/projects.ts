/** The projects of this server. */

import { queryOptions } from "@tanstack/react-query";
import { get } from "./client";
import type { components } from "./schema";

type ProjectList = components["schemas"]["ProjectList"];

export const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: ({ signal }) => get<ProjectList>("/projects", {}, signal),
  select: ({ projects }) => projects,
  staleTime: 30_000,
});
