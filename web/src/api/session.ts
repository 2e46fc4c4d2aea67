/** Who is asking, and getting in and out. */

import { queryOptions } from "@tanstack/react-query";
import { get, post, remove } from "./client";
import type { components } from "./schema";

export type Me = components["schemas"]["Me"];

/** A name with its password, or the install's token while there is no account. */
type Credentials = { name: string; password: string } | { token: string };

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => get<Me>("/me", {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Exchanges credentials for a cookie. Throws when they are not right. */
export function signIn(credentials: Credentials, csrf: string): Promise<void> {
  return post("/session", credentials, csrf);
}

/** Ends the session, here and on the server. */
export function signOut(csrf: string): Promise<void> {
  return remove("/session", {}, csrf);
}
