/** Who is asking, and getting in with the install's token. */

import { queryOptions } from "@tanstack/react-query";
import { get, post } from "./client";
import type { components } from "./schema";

type Me = components["schemas"]["Me"];

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => get<Me>("/me", {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Exchanges the token for a cookie. Throws when the token is not this install's. */
export function signIn(token: string, csrf: string): Promise<void> {
  return post("/session", { token }, csrf);
}
