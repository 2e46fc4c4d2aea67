import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useMemo } from "react";
import { nextTurnQuery } from "../../api/sessions";
import { traceQuery, type TraceRow } from "../../api/traces";
import { failures, type ReplayStep, replaySteps, restMs, stepOf } from "../../model/replay";
import { revealed } from "../../model/rows";
import { nextOf } from "../../model/search";
import type { PlayHead } from "../../model/timeAxis";
import { Notice } from "../../ui/Notice";
import { useHotkeys } from "../../ui/useHotkeys";
import { useStored } from "../../ui/useStored";
import { ReplaySteps } from "./ReplaySteps";
import { ReplayTools } from "./ReplayTools";
import { SpanTree } from "./SpanTree";
import type { TraceModel } from "./traceModel";
import { type Replay, useReplay } from "./useReplay";
import { useTreeRows } from "./useTreeRows";
import "./ReplayLens.css";

interface ReplayLensProps {
  trace: TraceModel;
}

const NO_TEXTS = () => [];

/** The trace step by step in the order of time: what happened, told in words, above a play head over the timeline. */
export function ReplayLens({ trace }: ReplayLensProps) {
  const { project, traceId, tree, groups } = trace;
  const { data } = useQuery(traceQuery(project, traceId));
  const steps = useMemo(() => replaySteps(tree, groups), [tree, groups]);
  const failed = useMemo(() => failures(tree, steps), [tree, steps]);
  const [speed, storeSpeed] = useStored("replay speed", "1");
  const turns = useTurns(project, data?.trace);
  const replay = useReplay(trace, steps, Number(speed), turns ? turns.after : null);
  const { at } = replay;
  const selected = steps[at]?.position ?? -1;

  const seekFailure = (by: 1 | -1) => {
    const next = nextOf(failed, at, by);
    if (next >= 0) replay.seek(next);
  };
  useReplayKeys(replay, steps.length, seekFailure);
  const choose = (position: number) => replay.seek(stepOf(tree, steps, position));
  // After the keys above: those that both know are the replay's.
  const { rows, folds, setFolds, toggle } = useTreeRows(trace, selected, choose);
  const reveal = useEffectEvent(() =>
    setFolds((before) => revealed(tree, groups, before, selected)),
  );
  useEffect(() => reveal(), [selected]);

  if (steps.length === 0) return <Notice title="There is nothing to replay" />;
  const head = headOf(steps, replay, Number(speed));
  return (
    <div className="replay">
      <ReplayTools
        replay={replay}
        steps={steps.length}
        atNs={head.atNs}
        endNs={tree.endNs}
        failures={failed.length}
        onFailure={seekFailure}
        speed={speed}
        onSpeed={storeSpeed}
        turns={turns}
      />
      <ReplaySteps trace={trace} steps={steps} at={at} onSeek={replay.seek} />
      <SpanTree
        trace={trace}
        rows={rows}
        folds={folds}
        selected={selected}
        pattern={null}
        textsOf={NO_TEXTS}
        heat="off"
        head={head}
        onSelect={choose}
        onToggle={toggle}
      />
    </div>
  );
}

/** While it plays, on its way to the next step. */
function headOf(steps: readonly ReplayStep[], { at, isPlaying }: Replay, speed: number): PlayHead {
  const atNs = steps[at]?.atNs ?? 0;
  if (!isPlaying) return { atNs, towardsNs: atNs, movesMs: 0 };
  return { atNs, towardsNs: steps[at + 1]?.atNs ?? atNs, movesMs: restMs(steps, at, speed) };
}

/** The traces of the same session before and after this one; null without a session. */
function useTurns(project: string, row: TraceRow | undefined) {
  const turn = row ?? { trace_id: "", session_id: "", start: "" };
  const before = useQuery(nextTurnQuery(project, turn, -1));
  const after = useQuery(nextTurnQuery(project, turn, 1));
  if (turn.session_id === "") return null;
  return { before: before.data ?? null, after: after.isError ? null : after.data };
}

function useReplayKeys(replay: Replay, steps: number, onFailure: (by: 1 | -1) => void): void {
  const forth = () => replay.seek(replay.at + 1);
  const back = () => replay.seek(replay.at - 1);
  useHotkeys({
    " ": replay.toggle,
    ArrowRight: forth,
    ArrowLeft: back,
    j: forth,
    k: back,
    "]": forth,
    "[": back,
    Home: () => replay.seek(0),
    End: () => replay.seek(steps - 1),
    e: () => onFailure(1),
    E: () => onFailure(-1),
  });
}
