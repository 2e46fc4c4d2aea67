import { useDeferredValue, useMemo } from "react";
import { failures, replaySteps } from "../../model/replay";
import { nextOf } from "../../model/search";
import { Notice } from "../../ui/Notice";
import { useStored } from "../../ui/useStored";
import { ReplaySteps } from "./ReplaySteps";
import { ReplayTools, type TurnIds } from "./ReplayTools";
import { ReplayTree } from "./ReplayTree";
import type { TraceModel } from "./traceModel";
import { type ReplayPlace, useReplay } from "./useReplay";
import type { Selection } from "./useSelection";
import "./Replay.css";

interface ReplayProps {
  trace: TraceModel;
  selection: Selection;
  /** The traces of the same session before and after this one; null without a session. */
  turns: TurnIds | null;
  place: ReplayPlace;
}

/** The trace step by step in the order of time: what happened, told in words, above a play head over the timeline. */
export function Replay({ trace, selection, turns, place }: ReplayProps) {
  const { tree, groups } = trace;
  const steps = useMemo(() => replaySteps(tree, groups), [tree, groups]);
  const failed = useMemo(() => failures(tree, steps), [tree, steps]);
  const [speed, storeSpeed] = useStored("replay speed", "1");
  const next = turns ? turns.after : null;
  const replay = useReplay(trace, selection, steps, Number(speed), next, place);
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
