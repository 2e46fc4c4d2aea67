/** Saved views: a filter, a range, a sort and columns of a page, under a name. */

import { queryOptions } from "@tanstack/react-query";
import { get, post, put, remove } from "./client";
import type { components } from "./schema";

type ViewList = components["schemas"]["ViewList"];
type ViewRequest = components["schemas"]["ViewRequest"];
export type SavedView = components["schemas"]["View"];

export function viewsQuery(project: string) {
  return queryOptions({
    queryKey: ["views", project],
    queryFn: ({ signal }) => get<ViewList>("/views", { project }, signal),
    select: ({ views }) => views,
    staleTime: 30_000,
  });
}

export function createView(project: string, view: ViewRequest, csrf: string): Promise<SavedView> {
  return post<SavedView>(`/views?project=${encodeURIComponent(project)}`, view, csrf);
}

export function renameView(
  project: string,
  { id, created: _, ...view }: SavedView,
  name: string,
  csrf: string,
): Promise<SavedView> {
  const path = `/views/${encodeURIComponent(id)}?project=${encodeURIComponent(project)}`;
  return put<SavedView>(path, { ...view, name }, csrf);
}

export function deleteView(project: string, id: string, csrf: string): Promise<void> {
  return remove(`/views/${encodeURIComponent(id)}`, { project }, csrf);
}
