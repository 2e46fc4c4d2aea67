import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useEffectEvent } from "react";
import { type ReplayStep, restMs, stepAt } from "../../model/replay";
import { useMedia } from "../../ui/useMedia";
import type { TraceModel } from "./traceModel";

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

/**
 * Where a replay is and whether it goes on: both stand in the address.
 *
 * At its end it goes on in the `next` trace: null without one, undefined while that is not known.
 */
export function useReplay(
  { tree }: TraceModel,
  steps: readonly ReplayStep[],
  speed: number,
  next: string | null | undefined,
): Replay {
  const from = "/p/$project/traces/$traceId";
  const { at: text, play } = useSearch({ from });
  const navigate = useNavigate({ from });
  const isNarrow = useMedia("(max-width: 720px)");
  const at = stepAt(text, steps);
  const isPlaying = play === "on";
  const last = steps.length - 1;

  const go = (to: number, isOn: boolean) => {
    const step = Math.min(Math.max(to, 0), last);
    // On a phone the panel would cover what is replayed.
    const span = isNarrow ? undefined : tree.spans[steps[step]?.position ?? -1]?.span_id;
    void navigate({
      search: (before) => ({
        ...before,
        at: String(step + 1),
        play: isOn ? "on" : "",
        ...(span === undefined ? {} : { span }),
      }),
      replace: true,
    });
  };
  const turn = (traceId: string) =>
    void navigate({
      params: (before) => ({ ...before, traceId }),
      search: ({ span: _, whatif: _other, ...before }) => ({ ...before, at: "1" }),
    });
  const goOn = useEffectEvent(() => {
    if (at < last) go(at + 1, true);
    else if (next === null) go(at, false);
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
    seek: (to) => go(to, isPlaying),
    toggle: () => go(!isPlaying && at === last && !next ? 0 : at, !isPlaying),
    turn,
  };
}
