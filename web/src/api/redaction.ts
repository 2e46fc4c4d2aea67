/** What a project keeps of texts, what was masked, tries, and rescans of what is stored. */

import { queryOptions } from "@tanstack/react-query";
import { type Days, windowOf } from "../model/repricing";
import { get, post, put, remove } from "./client";
import type { components } from "./schema";

type RedactionTried = components["schemas"]["RedactionTried"];
type MaskedList = components["schemas"]["MaskedList"];
type RescanList = components["schemas"]["RescanList"];
export type RedactionSettings = components["schemas"]["RedactionSettings"];
export type RedactionRules = components["schemas"]["RedactionRules"];
export type Rescan = components["schemas"]["Rescan"];

export function tryRedaction(project: string, text: string, csrf: string): Promise<RedactionTried> {
  const asked = new URLSearchParams({ project });
  return post<RedactionTried>(`/redaction/try?${asked.toString()}`, { text }, csrf);
}

/** The same while somebody writes; what was tried stays known. */
export function redactionTryQuery(project: string, text: string, csrf: string) {
  return queryOptions({
    queryKey: ["redaction try", project, text],
    queryFn: () => tryRedaction(project, text, csrf),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

/** Only for admins: words may name people. */
export function redactionQuery(project: string) {
  return queryOptions({
    queryKey: ["redaction", project],
    queryFn: ({ signal }) => get<RedactionSettings>("/redaction/settings", { project }, signal),
  });
}

export function storeRedaction(
  project: string,
  rules: RedactionRules,
  csrf: string,
): Promise<RedactionSettings> {
  return put<RedactionSettings>("/redaction/settings", { ...rules, project }, csrf);
}

/** What was masked since a day (UTC). */
export function maskedQuery(project: string, from: string) {
  return queryOptions({
    queryKey: ["masked", project, from],
    queryFn: ({ signal }) => get<MaskedList>("/redaction/masked", { project, from }, signal),
  });
}

/** How often a rescan that runs is asked for. */
const FOLLOW_MS = 700;

export function rescansQuery(project: string) {
  return queryOptions({
    queryKey: ["rescans", project],
    queryFn: ({ signal }) => get<RescanList>("/redaction/rescans", { project }, signal),
    refetchInterval: ({ state }) => (isRescanning(state.data) ? FOLLOW_MS : false),
  });
}

/** Whether one of them is still under way. */
export function isRescanning(list: RescanList | undefined): boolean {
  return list?.rescans.some((one) => one.state === "running") === true;
}

/** Begins a rescan; a preview only tells what would change. */
export function rescan(
  project: string,
  days: Days,
  isPreview: boolean,
  csrf: string,
): Promise<Rescan> {
  const asked = { project, ...windowOf(days), preview: isPreview };
  return post<Rescan>("/redaction/rescans", asked, csrf);
}

export function cancelRescan(project: string, id: number, csrf: string): Promise<void> {
  return remove(`/redaction/rescans/${id}`, { project }, csrf);
}
