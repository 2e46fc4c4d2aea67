import { createContext, use, useEffect, useEffectEvent } from "react";
import type { LiveState } from "../../api/live";
import type { Change } from "../../model/feed";

/** Hears each event; null means that anything may have changed. */
export type LiveListener = (changes: readonly Change[] | null) => void;

interface Live {
  state: LiveState;
  subscribe: (listener: LiveListener) => () => void;
}

export const LiveContext = createContext<Live>({
  state: { kind: "off" },
  subscribe: () => () => undefined,
});

/** Hears every change while the component is shown and live is on. */
export function useLiveChanges(listener: LiveListener): void {
  const { subscribe } = use(LiveContext);
  const hear = useEffectEvent(listener);
  useEffect(() => subscribe((changes) => hear(changes)), [subscribe]);
}

/** A busy server must not make a busy page: what changed is told at most this often. */
const THROTTLE_MS = 1000;

/** Hears the ids of changed traces, gathered for a second; null means that anything may have changed. */
export function useLiveTraces(listener: (traceIds: ReadonlySet<string> | null) => void): void {
  const { subscribe } = use(LiveContext);
  const hear = useEffectEvent(listener);
  useEffect(() => {
    const changed = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deliver = () => {
      timer = undefined;
      const ids = new Set(changed);
      changed.clear();
      hear(ids);
    };
    const leave = subscribe((changes) => {
      if (changes === null) hear(null);
      for (const { traceId } of changes ?? []) changed.add(traceId);
      if (changed.size > 0) timer ??= setTimeout(deliver, THROTTLE_MS);
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [subscribe]);
}
