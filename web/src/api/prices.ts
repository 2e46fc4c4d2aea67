/** What calls are priced with: the list, the project's own entries, and which of them means a model. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, put, remove } from "./client";
import type { components } from "./schema";

export type PriceBook = components["schemas"]["PriceBook"];
export type PriceRow = components["schemas"]["PriceRow"];
export type PriceFound = components["schemas"]["PriceFound"];

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
    placeholderData: keepPreviousData,
  });
}

export function storePrice(project: string, draft: PriceDraft, csrf: string): Promise<PriceRow> {
  return put<PriceRow>("/prices", { ...draft, project }, csrf);
}

export function deletePrice(project: string, id: string, csrf: string): Promise<void> {
  return remove(`/prices/${encodeURIComponent(id)}`, { project }, csrf);
}
