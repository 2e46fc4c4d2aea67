import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { fetchRows, type Noun, type RowOf, type RowQuestion, rowsQuery } from "../../api/rows";
import { mergeFirstPage, type Page } from "../../model/livePages";
import { useLiveTraces } from "../shell/liveContext";
import type { ListKind } from "./listKind";

/** The charts and counts around a list of a busy project are renewed at most this often. */
const RENEW_MS = 5000;

/** The list with its further pages, kept fresh by live events; `added` counts rows put on top so far. */
export function useRowList<N extends Noun>(kind: ListKind<N>, question: RowQuestion<N>) {
  type Pages = InfiniteData<Page<RowOf[N]>, string | null>;
  const queries = useQueryClient();
  const options = rowsQuery(question);
  const query = useInfiniteQuery(options);
  const [added, setAdded] = useState(0);
  const isAsking = useRef(false);
  const renewed = useRef(0);

  // Groups are added up anew each time, and are asked for at the pace of the charts; the one that was seen last leads.
  const isQuick = kind.newestFirst === "-start";

  const refresh = async () => {
    if (isAsking.current || query.isPending) return;
    isAsking.current = true;
    try {
      const fresh = await fetchRows(question, null);
      const known = queries.getQueryData<Pages>(options.queryKey);
      if (!known) return;
      const merge = mergeFirstPage(known.pages, fresh, kind.idOf, isQuick ? "stay" : "rise");
      queries.setQueryData<Pages>(options.queryKey, {
        pages: merge.pages,
        pageParams: known.pageParams.slice(0, merge.pages.length),
      });
      setAdded((count) => count + merge.added);
    } finally {
      isAsking.current = false;
    }
  };
  const again = () => void refresh().catch(() => undefined); // the next event asks again
  useLiveTraces(() => {
    // Only the newest-first order has a place for new rows: the top.
    if (question.sort !== kind.newestFirst || question.range.kind === "between") return;
    if (isQuick) again();
    if (Date.now() - renewed.current < RENEW_MS) return;
    renewed.current = Date.now();
    if (!isQuick) again();
    for (const around of ["histogram", "facets"]) {
      void queries.invalidateQueries({ queryKey: [around, question.project] });
    }
  });

  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.rows) ?? [], [pages]);
  return { query, rows, added };
}
