import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { fetchLogs, type LogQuestion, type LogRow, logsQuery } from "../../api/logs";
import { type Arrived, withArrived } from "../../model/logFeed";
import { useLiveLogs } from "../shell/liveContext";

const NOTHING: Arrived<LogRow> = { rows: [], added: 0 };

/** The log records of a window and, while live is on, those that arrive, on top; memory is bounded whatever comes. */
export function useLogFeed(question: LogQuestion) {
  const query = useInfiniteQuery(logsQuery(question));
  const [arrived, setArrived] = useState(NOTHING);
  const isAsking = useRef(false);
  const below = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);

  const refresh = async () => {
    if (isAsking.current || query.isPending) return;
    isAsking.current = true;
    try {
      const fresh = await fetchLogs(question, null);
      const next = withArrived(arrived, below, fresh);
      if (next === null) await query.refetch();
      setArrived(next ?? NOTHING);
    } finally {
      isAsking.current = false;
    }
  };
  useLiveLogs(() => {
    if (question.range.kind === "between") return;
    void refresh().catch(() => undefined); // the next event asks again
  });

  const rows = useMemo(() => {
    const known = new Set(arrived.rows.map(({ id }) => id));
    return [...arrived.rows, ...below.filter(({ id }) => !known.has(id))];
  }, [arrived, below]);
  return { query, rows, added: arrived.added };
}
