/** The projects of this server. */

import { queryOptions } from "@tanstack/react-query";
import { get, post, put } from "./client";
import type { components } from "./schema";

export type Project = components["schemas"]["Project"];
type ProjectList = components["schemas"]["ProjectList"];

export const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: ({ signal }) => get<ProjectList>("/projects", {}, signal),
  select: ({ projects }) => projects,
  staleTime: 30_000,
});

export function createProject(id: string, label: string, csrf: string): Promise<Project> {
  return post<Project>("/projects", { id, label }, csrf);
}

export function labelProject(id: string, label: string, csrf: string): Promise<Project> {
  return put<Project>(`/projects/${encodeURIComponent(id)}`, { label }, csrf);
}
