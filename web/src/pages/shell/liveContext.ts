import { createContext, use, useEffect, useEffectEvent } from "react";
import type { LiveState } from "../../api/live";
import type { Change } from "../../model/feed";

/** Hears each event; null means that anything may have changed. */
export type LiveListener = (changes: readonly Change[] | null) => void;

/** Hears that log records came, with the traces that they name; null means that anything may have come. */
export type LogListener = (traceIds: readonly string[] | null) => void;

interface Live {
  state: LiveState;
  subscribeLogs: (listener: LogListener) => () => void;
  subscribe: (listener: LiveListener) => () => void;
}

export const LiveContext = createContext<Live>({
  state: { kind: "off" },
  subscribe: () => () => undefined,
  subscribeLogs: () => () => undefined,
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
    const gathered = gathering((ids) => hear(ids));
    const leave = subscribe((changes) => {
      if (changes === null) hear(null);
      else if (changes.length > 0) gathered.add(changes.map(({ traceId }) => traceId));
    });
    return () => {
      leave();
      gathered.stop();
    };
  }, [subscribe]);
}

/** Hears that log records came, once a second at most; the traces are those that they name. */
export function useLiveLogs(listener: (traceIds: ReadonlySet<string> | null) => void): void {
  const { subscribeLogs } = use(LiveContext);
  const hear = useEffectEvent(listener);
  useEffect(() => {
    const gathered = gathering((ids) => hear(ids));
    const leave = subscribeLogs((traceIds) => {
      if (traceIds === null) hear(null);
      else gathered.add(traceIds);
    });
    return () => {
      leave();
      gathered.stop();
    };
  }, [subscribeLogs]);
}

/** Gathers ids for a moment before they are told. */
function gathering(tell: (ids: ReadonlySet<string>) => void) {
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deliver = () => {
    timer = undefined;
    const ids = new Set(waiting);
    waiting.clear();
    tell(ids);
  };
  return {
    add: (ids: readonly string[]) => {
      for (const id of ids) waiting.add(id);
      timer ??= setTimeout(deliver, THROTTLE_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
