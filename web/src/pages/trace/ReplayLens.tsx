import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import { nextTurnQuery } from "../../api/sessions";
import { traceQuery, type TraceRow } from "../../api/traces";
import { failures, replaySteps } from "../../model/replay";
import { nextOf } from "../../model/search";
import { Notice } from "../../ui/Notice";
import { useStored } from "../../ui/useStored";
import { ReplaySteps } from "./ReplaySteps";
import { ReplayTools } from "./ReplayTools";
import { ReplayTree } from "./ReplayTree";
import type { TraceModel } from "./traceModel";
import { useReplay } from "./useReplay";
import type { Selection } from "./useSelection";
import "./ReplayLens.css";

interface ReplayLensProps {
  trace: TraceModel;
  selection: Selection;
}

/** The trace step by step in the order of time: what happened, told in words, above a play head over the timeline. */
export function ReplayLens({ trace, selection }: ReplayLensProps) {
  const { project, traceId, tree, groups } = trace;
  const { data } = useQuery(traceQuery(project, traceId));
  const steps = useMemo(() => replaySteps(tree, groups), [tree, groups]);
  const failed = useMemo(() => failures(tree, steps), [tree, steps]);
  const [speed, storeSpeed] = useStored("replay speed", "1");
  const turns = useTurns(project, data?.trace);
  const replay = useReplay(trace, selection, steps, Number(speed), turns ? turns.after : null);
  const { at, isPlaying } = replay;
  // What cannot keep up with a slider leaves steps out.
  const shown = useDeferredValue(at);

  const seekFailure = (by: 1 | -1) => {
    const next = nextOf(failed, at, by);
    if (next >= 0) replay.seek(next);
  };

  if (steps.length === 0) return <Notice title="There is nothing to replay" />;
  return (
    <div className="replay">
      <ReplayTools
        replay={replay}
        steps={steps.length}
        atNs={steps[at]?.atNs ?? 0}
        endNs={tree.endNs}
        failures={failed.length}
        onFailure={seekFailure}
        speed={speed}
        onSpeed={storeSpeed}
        turns={turns}
      />
      <ReplaySteps trace={trace} steps={steps} at={shown} onSeek={replay.seek} />
      <ReplayTree
        trace={trace}
        steps={steps}
        at={shown}
        speed={isPlaying ? Number(speed) : 0}
        onSeek={replay.seek}
      />
    </div>
  );
}

/** The traces of the same session before and after this one; null without a session. */
function useTurns(project: string, row: TraceRow | undefined) {
  const turn = row ?? { trace_id: "", session_id: "", start: "" };
  const before = useQuery(nextTurnQuery(project, turn, -1));
  const after = useQuery(nextTurnQuery(project, turn, 1));
  if (turn.session_id === "") return null;
  return { before: before.data ?? null, after: after.isError ? null : after.data };
}
