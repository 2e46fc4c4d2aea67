/** API keys: with what programs send and read. */

import { queryOptions } from "@tanstack/react-query";
import { get, post, remove } from "./client";
import type { components } from "./schema";

export type KeyRow = components["schemas"]["KeyRow"];
export type KeyCreated = components["schemas"]["KeyCreated"];
export type KeyRequest = components["schemas"]["KeyRequest"];
type KeyList = components["schemas"]["KeyList"];

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: ({ signal }) => get<KeyList>("/keys", {}, signal),
  select: ({ keys }) => keys,
});

/** The answer holds the whole key, this once. */
export function createKey(wanted: KeyRequest, csrf: string): Promise<KeyCreated> {
  return post<KeyCreated>("/keys", wanted, csrf);
}

/** Another secret; the one of before stays good for `graceS` seconds. */
export function rotateKey(id: string, graceS: number, csrf: string): Promise<KeyCreated> {
  return post<KeyCreated>(`/keys/${encodeURIComponent(id)}/rotate`, { grace_s: graceS }, csrf);
}

export function revokeKey(id: string, csrf: string): Promise<void> {
  return remove(`/keys/${encodeURIComponent(id)}`, {}, csrf);
}
