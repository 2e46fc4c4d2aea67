/** What removes: erasures, and how long a project keeps what was sent. */

import { queryOptions } from "@tanstack/react-query";
import { get, post, put } from "./client";
import type { components } from "./schema";

export type Erasure = components["schemas"]["Erasure"];
type ErasureList = components["schemas"]["ErasureList"];
export type ErasureBy = components["schemas"]["ErasureRequest"]["by"];
export type RetentionState = components["schemas"]["RetentionState"];
type RetentionPolicy = Omit<RetentionState, "frozen_before">;
export type RetentionTurn = components["schemas"]["RetentionTurn"];
export type ColdMonths = components["schemas"]["ColdMonths"];
type RetentionTurns = components["schemas"]["RetentionTurns"];

/** Whom or what an erasure is about. */
export interface Subject {
  by: ErasureBy;
  value: string;
  mentions: boolean;
}

/** How often a removal that runs is asked for. */
const FOLLOW_MS = 700;

function followed(jobs: readonly { state: string }[] | undefined): number | false {
  return jobs?.some((one) => one.state === "running") ? FOLLOW_MS : false;
}

export function erasuresQuery(project: string) {
  return queryOptions({
    queryKey: ["erasures", project],
    queryFn: ({ signal }) => get<ErasureList>("/erasures", { project }, signal),
    refetchInterval: ({ state }) => followed(state.data?.erasures),
  });
}

export function erase(
  project: string,
  subject: Subject,
  isPreview: boolean,
  csrf: string,
): Promise<Erasure> {
  return post<Erasure>("/erasures", { ...subject, project, preview: isPreview }, csrf);
}

export function retentionQuery(project: string) {
  return queryOptions({
    queryKey: ["retention", project],
    queryFn: ({ signal }) => get<RetentionState>("/retention", { project }, signal),
  });
}

export function storeRetention(
  project: string,
  policy: RetentionPolicy,
  csrf: string,
): Promise<RetentionState> {
  return put<RetentionState>(`/retention?project=${encodeURIComponent(project)}`, policy, csrf);
}

/** Below the key of {@link retentionQuery}. */
export function coldQuery(project: string) {
  return queryOptions({
    queryKey: ["retention", project, "cold"],
    queryFn: ({ signal }) => get<ColdMonths>("/retention/cold", { project }, signal),
  });
}

/** Below the key of {@link retentionQuery}. */
export function turnsQuery(project: string) {
  return queryOptions({
    queryKey: ["retention", project, "turns"],
    queryFn: ({ signal }) => get<RetentionTurns>("/retention/turns", { project }, signal),
    refetchInterval: ({ state }) => followed(state.data?.turns),
  });
}

export function retain(project: string, isPreview: boolean, csrf: string): Promise<RetentionTurn> {
  return post<RetentionTurn>("/retention/turns", { project, preview: isPreview }, csrf);
}
