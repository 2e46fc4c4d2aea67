import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { type CallResult, followRun, runQuery } from "../../api/playground";
import { NOTHING_RUN, type RunText } from "../../model/playgroundRun";

/** The calls of a run: as they are kept, and while they come as they are heard. */
export function useRunText(project: string, id: string) {
  const queries = useQueryClient();
  const query = runQuery(project, id);
  const run = useQuery(query);
  const [heard, setHeard] = useState(NOTHING_RUN);
  const waiting = useRef<RunText>(NOTHING_RUN);
  const frame = useRef(0);
  const draw = useEffectEvent(() => {
    frame.current = 0;
    setHeard(waiting.current);
  });
  const hear = useEffectEvent((text: RunText) => {
    waiting.current = text;
    if (frame.current === 0) frame.current = requestAnimationFrame(() => draw());
    if (text.isFinished) void queries.invalidateQueries({ queryKey: query.queryKey });
  });
  const isRunning = run.data?.is_finished === false;
  useEffect(() => {
    if (!isRunning) return;
    return followRun(project, id, (text) => hear(text));
  }, [isRunning, project, id]);
  useEffect(
    () => () => {
      cancelAnimationFrame(frame.current);
      frame.current = 0;
    },
    [],
  );
  const calls = (run.data?.calls ?? []).map((call): CallResult => {
    const text = heard.calls.get(call.number);
    if (!text || call.status !== "answering" || text.text.length < call.text.length) return call;
    return { ...call, ...text, tool_calls: [...text.tool_calls] };
  });
  return { calls, error: run.error, isPending: run.isPending, again: () => void run.refetch() };
}
