import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { fetchTraces, type TraceQuestion, type TraceRow, tracesQuery } from "../../api/traces";
import { mergeFirstPage, type Page } from "../../model/livePages";
import { useLiveTraces } from "../shell/liveContext";

const NO_ROWS: TraceRow[] = [];

type Pages = InfiniteData<Page<TraceRow>, string | null>;

/** The list with its further pages, kept fresh by live events; `added` counts rows put on top so far. */
export function useTraceList(question: TraceQuestion) {
  const queries = useQueryClient();
  const options = tracesQuery(question);
  const query = useInfiniteQuery(options);
  const [added, setAdded] = useState(0);
  const isAsking = useRef(false);

  const refresh = async () => {
    if (isAsking.current || query.isPending) return;
    isAsking.current = true;
    try {
      const fresh = await fetchTraces(question, null);
      const known = queries.getQueryData<Pages>(options.queryKey);
      if (!known) return;
      const merge = mergeFirstPage(known.pages, fresh, ({ trace_id }) => trace_id);
      queries.setQueryData<Pages>(options.queryKey, {
        pages: merge.pages,
        pageParams: known.pageParams.slice(0, merge.pages.length),
      });
      setAdded((count) => count + merge.added);
    } finally {
      isAsking.current = false;
    }
  };

  useLiveTraces(() => {
    // Only the newest-first order has a place for new rows: the top.
    if (question.sort === "-start" && question.range.kind !== "between") {
      refresh().catch(() => undefined); // the next event asks again
    }
  });

  const rows = query.data?.pages.flatMap((page) => page.rows) ?? NO_ROWS;
  return { query, rows, added };
}
