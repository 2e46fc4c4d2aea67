/** Who may sign in, and where one is signed in oneself. */

import { queryOptions } from "@tanstack/react-query";
import { get, post, put, remove } from "./client";
import type { components } from "./schema";

export type AccountRow = components["schemas"]["AccountRow"];
type AccountList = components["schemas"]["AccountList"];
type AccountRequest = components["schemas"]["AccountRequest"];
type BrowserSessionList = components["schemas"]["BrowserSessionList"];

export const accountsQuery = queryOptions({
  queryKey: ["accounts"],
  queryFn: ({ signal }) => get<AccountList>("/accounts", {}, signal),
  select: ({ accounts }) => accounts,
});

export function createAccount(wanted: AccountRequest, csrf: string): Promise<AccountRow> {
  return post<AccountRow>("/accounts", wanted, csrf);
}

export function deleteAccount(id: string, csrf: string): Promise<void> {
  return remove(`/accounts/${encodeURIComponent(id)}`, {}, csrf);
}

/** Sets somebody else's password; their sessions end. */
export function resetPassword(id: string, password: string, csrf: string): Promise<void> {
  return put(`/accounts/${encodeURIComponent(id)}/password`, { password }, csrf);
}

/** Changes one's own password; one's other sessions end. */
export function changePassword(old: string, next: string, csrf: string): Promise<void> {
  return put("/account/password", { old, new: next }, csrf);
}

export const ownSessionsQuery = queryOptions({
  queryKey: ["own-sessions"],
  queryFn: ({ signal }) => get<BrowserSessionList>("/account/sessions", {}, signal),
  select: ({ sessions }) => sessions,
});

export function endSession(id: string, csrf: string): Promise<void> {
  return remove(`/account/sessions/${encodeURIComponent(id)}`, {}, csrf);
}
