import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { rowsQuery } from "../../api/rows";
import { sessionQuery } from "../../api/sessions";
import { termFor } from "../../model/terms";
import { Waiting } from "../../ui/Waiting";
import { FailedList } from "../list/FailedList";
import { useLiveTraces } from "../shell/liveContext";
import { SessionHeader } from "./SessionHeader";
import { TurnList } from "./TurnList";
import "./SessionPage.css";

/** One session: its totals, and its traces in the order of time as the turns of a conversation. */
export function SessionPage() {
  const { project, sessionId } = useParams({ from: "/p/$project/sessions/$sessionId" });
  const queries = useQueryClient();
  const session = useQuery(sessionQuery(project, sessionId));
  const turns = useInfiniteQuery(
    rowsQuery<"traces">({
      noun: "traces",
      project,
      range: { kind: "all" },
      filter: termFor("session", sessionId),
      sort: "start",
      more: {},
    }),
  );
  const rows = useMemo(() => turns.data?.pages.flatMap((page) => page.rows) ?? [], [turns.data]);
  const scroller = useRef<HTMLDivElement>(null);
  useLiveTraces(() => {
    void queries.invalidateQueries({ queryKey: ["session", project, sessionId] });
    if (!turns.hasNextPage) void turns.refetch();
  });

  const error = session.error ?? turns.error;
  if (error !== null) {
    const retry = () => {
      void session.refetch();
      void turns.refetch();
    };
    return <FailedList what="traces of this session" error={error} onRetry={retry} />;
  }
  if (!session.data || turns.isPending) return <Waiting rows={16} />;
  return (
    <div ref={scroller} className="session-page">
      <SessionHeader session={session.data} firstId={rows[0]?.trace_id ?? ""} />
      <TurnList
        key={sessionId}
        scroller={scroller}
        rows={rows}
        onEnd={() => {
          if (turns.hasNextPage && !turns.isFetching) void turns.fetchNextPage();
        }}
      />
      {turns.hasNextPage && <Waiting rows={3} />}
    </div>
  );
}
