import { memo, useEffect, useEffectEvent, useMemo } from "react";
import { type ReplayStep, restMs, stepOf } from "../../model/replay";
import { revealed } from "../../model/rows";
import type { PlayHead } from "../../model/timeAxis";
import { SpanTree } from "./SpanTree";
import type { TraceModel } from "./traceModel";
import { useTreeRows } from "./useTreeRows";

interface ReplayTreeProps {
  trace: TraceModel;
  steps: readonly ReplayStep[];
  at: number;
  /** At which it goes on by itself; 0 while it does not. */
  speed: number;
  onSeek: (at: number) => void;
}

const NO_TEXTS = () => [];

/** The tree and the timeline, with a play head at a step or on its way to the next. */
export const ReplayTree = memo(function ReplayTree(props: ReplayTreeProps) {
  const { trace, steps, at, speed, onSeek } = props;
  const { tree, groups } = trace;
  const selected = steps[at]?.position ?? -1;
  const choose = (position: number) => onSeek(stepOf(tree, steps, position));
  const { rows, folds, setFolds, toggle } = useTreeRows(trace, selected, choose);
  const reveal = useEffectEvent(() =>
    setFolds((before) => revealed(tree, groups, before, selected)),
  );
  useEffect(() => reveal(), [selected]);
  const head = useMemo(() => headOf(steps, at, speed), [steps, at, speed]);
  return (
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
  );
});

function headOf(steps: readonly ReplayStep[], at: number, speed: number): PlayHead {
  const atNs = steps[at]?.atNs ?? 0;
  if (speed === 0) return { atNs, towardsNs: atNs, movesMs: 0 };
  return { atNs, towardsNs: steps[at + 1]?.atNs ?? atNs, movesMs: restMs(steps, at, speed) };
}
