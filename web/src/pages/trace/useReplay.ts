import { useCallback, useEffect, useEffectEvent } from "react";
import { type ReplayStep, restMs, stepFor } from "../../model/replay";
import type { TraceModel } from "./traceModel";
import type { Selection } from "./useSelection";

export interface Replay {
  /** The step that it is at. */
  at: number;
  isPlaying: boolean;
  seek: (at: number) => void;
  /** Goes on by itself, or no longer; at the end from the beginning. */
  toggle: () => void;
  /** Goes on in another trace. */
  turn: (traceId: string) => void;
}

/** Where a replay stands: in an address, or nowhere but on its page. */
export interface ReplayPlace {
  /** The number of the step, `on` while it goes on by itself, and the id of the span that is selected. */
  at: string | undefined;
  play: string | undefined;
  span: string | undefined;
  go: (to: { at: string; play?: string; span?: string }) => void;
  turn: (traceId: string) => void;
}

/**
 * Where a replay is and whether it goes on. The selection goes with it, unless nothing is
 * selected: the panel is closed, or would cover what is replayed.
 *
 * At its end it goes on in the `next` trace: null without one, undefined while that is not known.
 */
export function useReplay(
  { tree }: TraceModel,
  selection: Selection,
  steps: readonly ReplayStep[],
  speed: number,
  next: string | null | undefined,
  place: ReplayPlace,
): Replay {
  const { at: text, play, span: chosen, go, turn } = place;
  const at = stepFor(tree, steps, text, chosen);
  const position = steps[at]?.position ?? -1;
  const isPlaying = play === "on";
  const last = steps.length - 1;

  const hasSelection = selection.selected >= 0;
  const seek = useCallback(
    (to: number, isOn?: boolean) => {
      const step = Math.min(Math.max(to, 0), last);
      const span = tree.spans[steps[step]?.position ?? -1]?.span_id;
      go({
        at: String(step + 1),
        ...(isOn === undefined ? {} : { play: isOn ? "on" : "" }),
        ...(span === undefined || !hasSelection ? {} : { span }),
      });
    },
    [go, tree, steps, last, hasSelection],
  );
  // An address may name a step alone.
  const isFirstShown = chosen === undefined && hasSelection;
  const follow = useEffectEvent(() => {
    if (isFirstShown && selection.selected !== position) selection.select(position);
  });
  useEffect(() => follow(), [isFirstShown, position]);
  const goOn = useEffectEvent(() => {
    if (at < last) seek(at + 1);
    else if (next === null) seek(at, false);
    else if (next !== undefined) turn(next);
  });
  const isNextKnown = next !== undefined;
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => goOn(), restMs(steps, at, speed));
    return () => clearTimeout(timer);
  }, [isPlaying, steps, at, speed, isNextKnown]);
  return {
    at,
    isPlaying,
    seek,
    toggle: () => seek(!isPlaying && at === last && !next ? 0 : at, !isPlaying),
    turn,
  };
}
