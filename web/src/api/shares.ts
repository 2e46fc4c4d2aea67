/** Links that show one trace to whoever has them. */

import { queryOptions } from "@tanstack/react-query";
import { get, post, remove } from "./client";
import type { components } from "./schema";

export type ShareRow = components["schemas"]["ShareRow"];
export type ShareRequest = components["schemas"]["ShareRequest"];
type ShareCreated = components["schemas"]["ShareCreated"];
type ShareList = components["schemas"]["ShareList"];
export type Shared = components["schemas"]["Shared"];

export function sharesQuery(project: string) {
  return queryOptions({
    queryKey: ["shares", project],
    queryFn: ({ signal }) => get<ShareList>("/shares", { project }, signal),
    select: ({ shares }) => shares,
  });
}

/** The answer holds the token, this once. */
export function createShare(
  project: string,
  traceId: string,
  wanted: ShareRequest,
  csrf: string,
): Promise<ShareCreated> {
  const path = `/traces/${encodeURIComponent(traceId)}/shares`;
  return post<ShareCreated>(`${path}?project=${encodeURIComponent(project)}`, wanted, csrf);
}

export function revokeShare(project: string, id: string, csrf: string): Promise<void> {
  return remove(`/shares/${encodeURIComponent(id)}`, { project }, csrf);
}

/** What the link shows with which the page was opened. */
export const sharedQuery = queryOptions({
  queryKey: ["shared"],
  queryFn: ({ signal }) => get<Shared>("/shared", {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
});
