import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { listen, type LiveState } from "../../api/live";
import { LiveContext, type LiveListener, type LogListener } from "./liveContext";

interface LiveProviderProps {
  project: string;
  isOn: boolean;
  children: ReactNode;
}

const OFF: LiveState = { kind: "off" };

/** Holds the one event stream of the page, open only while live is on. */
export function LiveProvider({ project, isOn, children }: LiveProviderProps) {
  const [state, setState] = useState<LiveState>(OFF);
  const [listeners] = useState(() => new Set<LiveListener>());
  const [logListeners] = useState(() => new Set<LogListener>());
  const last = useRef<{ project: string; id: string | null }>({ project, id: null });
  const wasPaused = useRef(false);

  useEffect(() => {
    if (!isOn) {
      wasPaused.current = true;
      return;
    }
    if (last.current.project !== project) last.current = { project, id: null };
    const tellLogs: LogListener = (traceIds) =>
      logListeners.forEach((listener) => listener(traceIds));
    const tell: LiveListener = (changes) => {
      listeners.forEach((listener) => listener(changes));
      if (changes === null) tellLogs(null);
    };
    const stop = listen(project, last.current.id, {
      onChanges: tell,
      onLogs: tellLogs,
      onReset: () => tell(null),
      onId: (id) => (last.current.id = id),
      onState: (next) => {
        setState(next);
        // Without an event before the pause the server cannot tell what came during it.
        if (next.kind === "connected" && wasPaused.current) {
          wasPaused.current = false;
          if (last.current.id === null) tell(null);
        }
      },
    });
    return () => {
      stop();
      setState(OFF);
    };
  }, [project, isOn, listeners, logListeners]);

  const live = useMemo(
    () => ({
      state,
      subscribe: (listener: LiveListener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      subscribeLogs: (listener: LogListener) => {
        logListeners.add(listener);
        return () => void logListeners.delete(listener);
      },
    }),
    [state, listeners, logListeners],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}
