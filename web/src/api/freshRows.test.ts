import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { mergeFirstPage, type Page } from "../model/livePages";
import { renewRows } from "./freshRows";

interface Row {
  id: string;
}

const KEY = ["rows"];

function page(ids: string, next_cursor: string | null = null): Page<Row> {
  return { rows: ids.split(" ").map((id) => ({ id })), next_cursor };
}

/** A list of two pages of which the first is there, and the second comes when it is let go. */
async function listOnScreen() {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const queries = new QueryClient();
  const list = new InfiniteQueryObserver(queries, {
    queryKey: KEY,
    queryFn: async ({ pageParam }) => {
      if (pageParam === null) return page("d c", "1");
      await released;
      return page("b a");
    },
    staleTime: Infinity,
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
  await list.refetch();
  const renew = () =>
    renewRows(
      queries,
      KEY,
      () => Promise.resolve(page("f e d c", "1")),
      (pages, fresh) => mergeFirstPage(pages, fresh, ({ id }) => id),
    );
  const shown = () =>
    list
      .getCurrentResult()
      .data?.pages.flatMap(({ rows }) => rows.map(({ id }) => id))
      .join(" ");
  list.subscribe(() => undefined);
  return { list, renew, release, shown };
}

test("new rows come on top of a list that waits for nothing", async () => {
  const { renew, shown } = await listOnScreen();

  const added = await renew();

  expect(added).toBe(2);
  expect(shown()).toBe("f e d c");
});

test("a page on its way takes no new rows away with it", async () => {
  const { list, renew, release, shown } = await listOnScreen();
  const next = list.fetchNextPage();

  const early = await renew();
  release();
  await next;
  const added = await renew();

  expect(early).toBeNull();
  expect(added).toBe(2);
  expect(shown()).toBe("f e d c b a");
});
