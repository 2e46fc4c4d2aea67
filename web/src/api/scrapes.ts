/** Prometheus endpoints that the server reads. */

import { queryOptions } from "@tanstack/react-query";
import { get, post, remove } from "./client";
import type { components } from "./schema";

export type ScrapeRow = components["schemas"]["ScrapeRow"];
type ScrapeRequest = components["schemas"]["ScrapeRequest"];
type ScrapeList = components["schemas"]["ScrapeList"];

export function scrapesQuery(project: string) {
  return queryOptions({
    queryKey: ["scrapes", project],
    queryFn: ({ signal }) => get<ScrapeList>("/scrapes", { project }, signal),
    select: ({ scrapes }) => scrapes,
    refetchInterval: 5_000,
  });
}

export function createScrape(
  project: string,
  wanted: ScrapeRequest,
  csrf: string,
): Promise<ScrapeRow> {
  return post<ScrapeRow>(`/scrapes?project=${encodeURIComponent(project)}`, wanted, csrf);
}

export function deleteScrape(project: string, id: string, csrf: string): Promise<void> {
  return remove(`/scrapes/${encodeURIComponent(id)}`, { project }, csrf);
}
