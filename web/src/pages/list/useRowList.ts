import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { renewRows } from "../../api/freshRows";
import { fetchRows, type Noun, type RowQuestion, rowsQuery } from "../../api/rows";
import { mergeFirstPage } from "../../model/livePages";
import { useLiveTraces } from "../shell/liveContext";
import type { ListKind } from "./listKind";

/** The charts and counts around a list of a busy project are renewed at most this often. */
const RENEW_MS = 5000;

/** The list with its further pages, kept fresh by live events; `added` counts rows put on top so far. */
export function useRowList<N extends Noun>(kind: ListKind<N>, question: RowQuestion<N>) {
  const queries = useQueryClient();
  const options = rowsQuery(question);
  const query = useInfiniteQuery(options);
  const [added, setAdded] = useState(0);
  const isAsking = useRef(false);
  /** Whether something changed for which there was no time: it is asked for as soon as there is. */
  const isOwed = useRef(false);
  const [answers, setAnswers] = useState(0);
  const renewed = useRef(0);

  // Groups are added up anew each time, and are asked for at the pace of the charts; the one that was seen last leads.
  const isQuick = kind.newestFirst === "-start";

  const refresh = async () => {
    isOwed.current = isAsking.current || query.isFetching;
    if (isOwed.current) return;
    isAsking.current = true;
    try {
      const more = await renewRows(
        queries,
        options.queryKey,
        () => fetchRows(question, null),
        (pages, fresh) => mergeFirstPage(pages, fresh, kind.idOf, isQuick ? "stay" : "rise"),
      );
      if (more === null) isOwed.current = true;
      else setAdded((count) => count + more);
    } finally {
      isAsking.current = false;
      setAnswers((count) => count + 1);
    }
  };
  const again = () => void refresh().catch(() => undefined); // the next event asks again
  const settle = useEffectEvent(() => {
    if (isOwed.current && !query.isFetching) again();
  });
  useEffect(() => settle(), [query.isFetching, answers]);
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
