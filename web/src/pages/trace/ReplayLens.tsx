import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { nextTurnQuery } from "../../api/sessions";
import { traceQuery, type TraceRow } from "../../api/traces";
import { Replay } from "./Replay";
import type { TraceModel } from "./traceModel";
import type { ReplayPlace } from "./useReplay";
import type { Selection } from "./useSelection";

interface ReplayLensProps {
  trace: TraceModel;
  selection: Selection;
}

/** The replay of a trace and of its session; its step stands in the address. */
export function ReplayLens({ trace, selection }: ReplayLensProps) {
  const { project, traceId } = trace;
  const { data } = useQuery(traceQuery(project, traceId));
  const turns = useTurns(project, data?.trace);
  return <Replay trace={trace} selection={selection} turns={turns} place={usePlace()} />;
}

function usePlace(): ReplayPlace {
  const from = "/p/$project/traces/$traceId";
  const { at, play, span } = useSearch({ from });
  const navigate = useNavigate({ from });
  const go = useCallback<ReplayPlace["go"]>(
    (to) => void navigate({ search: (before) => ({ ...before, ...to }), replace: true }),
    [navigate],
  );
  const turn = useCallback(
    (traceId: string) =>
      void navigate({
        params: (before) => ({ ...before, traceId }),
        search: ({ span: _, whatif: _other, ...before }) => ({ ...before, at: "1" }),
      }),
    [navigate],
  );
  return useMemo(() => ({ at, play, span, go, turn }), [at, play, span, go, turn]);
}

/** The traces of the same session before and after this one; null without a session. */
function useTurns(project: string, row: TraceRow | undefined) {
  const turn = row ?? { trace_id: "", session_id: "", start: "" };
  const before = useQuery(nextTurnQuery(project, turn, -1));
  const after = useQuery(nextTurnQuery(project, turn, 1));
  if (turn.session_id === "") return null;
  return { before: before.data ?? null, after: after.isError ? null : after.data };
}
