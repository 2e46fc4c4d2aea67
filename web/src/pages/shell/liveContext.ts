import { createContext, use, useEffect, useEffectEvent } from "react";

interface Live {
  isConnected: boolean;
  /** Calls back with the ids of changed traces; null means that anything may have changed. */
  subscribe: (listener: LiveListener) => () => void;
}

export type LiveListener = (traceIds: ReadonlySet<string> | null) => void;

export const LiveContext = createContext<Live>({
  isConnected: false,
  subscribe: () => () => undefined,
});

/** Hears of changed traces while the component is shown and live is on. */
export function useLiveTraces(listener: LiveListener): void {
  const { subscribe } = use(LiveContext);
  const hear = useEffectEvent(listener);
  useEffect(() => subscribe((ids) => hear(ids)), [subscribe]);
}
