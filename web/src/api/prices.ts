/** What calls are priced with: the list, the project's own entries, and which of them means a model. */

import { queryOptions } from "@tanstack/react-query";
import { ofSameProject } from "../model/previousData";
import { type Days, windowOf } from "../model/repricing";
import { get, post, put, remove } from "./client";
import type { components } from "./schema";

export type PriceBook = components["schemas"]["PriceBook"];
export type PriceRow = components["schemas"]["PriceRow"];
export type PriceFound = components["schemas"]["PriceFound"];
export type Repricing = components["schemas"]["Repricing"];
type RepricingList = components["schemas"]["RepricingList"];

/** An entry as a form holds it; an empty `id` is a new one. */
type PriceDraft = Pick<PriceRow, "id" | "model" | "provider" | "since" | "prices">;

export function pricesQuery(project: string) {
  return queryOptions({
    queryKey: ["prices", project],
    queryFn: ({ signal }) => get<PriceBook>("/prices", { project }, signal),
  });
}

/** Below the key of {@link pricesQuery}, so that a change of the entries asks again. */
export function priceQuery(project: string, model: string, provider: string) {
  return queryOptions({
    queryKey: ["prices", project, "find", model, provider],
    queryFn: ({ signal }) => get<PriceFound>("/prices/find", { project, model, provider }, signal),
    enabled: model !== "",
    placeholderData: ofSameProject(project),
  });
}

export function storePrice(project: string, draft: PriceDraft, csrf: string): Promise<PriceRow> {
  return put<PriceRow>("/prices", { ...draft, project }, csrf);
}

export function deletePrice(project: string, id: string, csrf: string): Promise<void> {
  return remove(`/prices/${encodeURIComponent(id)}`, { project }, csrf);
}

/** How often a re-pricing that runs is asked for. */
const FOLLOW_MS = 700;

export function repricingsQuery(project: string) {
  return queryOptions({
    queryKey: ["repricings", project],
    queryFn: ({ signal }) => get<RepricingList>("/prices/reprice", { project }, signal),
    refetchInterval: ({ state }) => (isRepricing(state.data) ? FOLLOW_MS : false),
  });
}

/** Whether one of them is still under way. */
export function isRepricing(list: RepricingList | undefined): boolean {
  return list?.repricings.some((one) => one.state === "running") === true;
}

/** Begins a re-pricing; a preview only tells what would change. */
export function reprice(
  project: string,
  days: Days,
  isPreview: boolean,
  csrf: string,
): Promise<Repricing> {
  const asked = { project, ...windowOf(days), preview: isPreview };
  return post<Repricing>("/prices/reprice", asked, csrf);
}

export function cancelRepricing(project: string, id: number, csrf: string): Promise<void> {
  return remove(`/prices/reprice/${id}`, { project }, csrf);
}
