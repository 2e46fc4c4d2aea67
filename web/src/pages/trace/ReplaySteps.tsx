import { memo, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import type { ReplayStep } from "../../model/replay";
import { useMeasuredRows } from "../../ui/useMeasuredRows";
import { useRowHeights } from "../../ui/useRowHeights";
import { ReplayLine } from "./ReplayLine";
import type { TraceModel } from "./traceModel";
import "./ReplaySteps.css";

interface ReplayStepsProps {
  trace: TraceModel;
  steps: readonly ReplayStep[];
  at: number;
  onSeek: (at: number) => void;
}

const HEIGHT = 48;

/** What happened so far, the last at the end; only what is in view is in the document, and asked for. */
export const ReplaySteps = memo(function ReplaySteps(props: ReplayStepsProps) {
  const { trace, steps, at, onSeek } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const guesses = useMemo(() => steps.map(() => HEIGHT), [steps]);
  const heights = useRowHeights(guesses);
  const rows = useMeasuredRows({ scroller, heights, count: at + 1 });
  const heightPx = rows.height;
  const isCalm = useCalm(at);
  // Until somebody looks elsewhere.
  const isFollowed = useRef(true);
  const leave = () => (isFollowed.current = false);
  const follow = useEffectEvent(() => {
    if (isFollowed.current) scroller.current?.scrollTo({ top: heightPx });
  });
  useEffect(() => {
    isFollowed.current = true;
    follow();
  }, [at]);
  // A step is higher once it has been read.
  useEffect(() => follow(), [heightPx]);
  return (
    <div
      ref={scroller}
      className="replay-steps"
      role="list"
      aria-label="What happened"
      tabIndex={0}
      onWheel={leave}
      onTouchMove={leave}
      onPointerDown={leave}
      onKeyDown={leave}
    >
      <div style={{ minHeight: heightPx, paddingTop: rows.top }}>
        {steps.slice(rows.first, rows.last).map((step, place) => {
          const index = rows.first + place;
          return (
            <div
              key={index}
              ref={rows.row}
              data-index={index}
              className="replay-step"
              role="listitem"
              aria-current={index === at ? "step" : undefined}
            >
              <ReplayLine
                trace={trace}
                step={step}
                isAsked={isCalm && trace.hasTexts}
                onSeek={() => onSeek(index)}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
});

/** Whoever drags a slider reads nothing of what is passed. */
const CALM_MS = 100;

/** Whether it goes on step by step, or stays where it is. */
function useCalm(at: number): boolean {
  const [rested, setRested] = useState(at);
  useEffect(() => {
    const timer = setTimeout(() => setRested(at), CALM_MS);
    return () => clearTimeout(timer);
  }, [at]);
  return Math.abs(at - rested) <= 1;
}
