/** Who answers model calls that this server makes: providers with their models and whether they can be used. */

import { queryOptions } from "@tanstack/react-query";
import { get, post, put, remove } from "./client";
import type { components } from "./schema";

type ProviderList = components["schemas"]["ProviderList"];
type ProviderTested = components["schemas"]["ProviderTested"];
export type ProviderRow = components["schemas"]["ProviderRow"];
type ProviderRequest = components["schemas"]["ProviderRequest"];

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: ({ signal }) => get<ProviderList>("/providers", {}, signal),
  select: ({ providers }) => providers,
});

/** What is absent stays; a key of "" is removed. */
export function putProvider(
  name: string,
  wanted: ProviderRequest,
  csrf: string,
): Promise<ProviderRow> {
  return put<ProviderRow>(`/providers/${encodeURIComponent(name)}`, wanted, csrf);
}

/** Forgets what was entered, the key too. */
export function forgetProvider(name: string, csrf: string): Promise<void> {
  return remove(`/providers/${encodeURIComponent(name)}`, {}, csrf);
}

/** Asks the provider; it takes ten seconds at most. */
export function testProvider(name: string, csrf: string): Promise<ProviderTested> {
  return post<ProviderTested>(`/providers/${encodeURIComponent(name)}/test`, {}, csrf);
}
