/** A list that is on screen, and what is new of it. */

import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";
import type { Merge, Page } from "../model/livePages";

type Pages<R> = InfiniteData<Page<R>, string | null>;

/**
 * Asks for the first page again and puts it into the list; gives how many more rows there are.
 *
 * Null when a page of the list was on its way: it comes with the pages that there were when it was asked for, and would
 * take away what is put in meanwhile.
 */
export async function renewRows<R>(
  queries: QueryClient,
  queryKey: QueryKey,
  ask: () => Promise<Page<R>>,
  merged: (pages: readonly Page<R>[], fresh: Page<R>) => Merge<R>,
): Promise<number | null> {
  const fresh = await ask();
  const list = queries.getQueryState<Pages<R>>(queryKey);
  if (!list?.data) return 0;
  if (list.fetchStatus !== "idle") return null;
  const { pages, added } = merged(list.data.pages, fresh);
  const pageParams = list.data.pageParams.slice(0, pages.length);
  queries.setQueryData<Pages<R>>(queryKey, { pages, pageParams });
  return added;
}
