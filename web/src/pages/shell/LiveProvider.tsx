import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { listen, type LiveState } from "../../api/live";
import { LiveContext, type LiveListener } from "./liveContext";

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
  const last = useRef<{ project: string; id: string | null }>({ project, id: null });
  const wasPaused = useRef(false);

  useEffect(() => {
    if (!isOn) {
      wasPaused.current = true;
      return;
    }
    if (last.current.project !== project) last.current = { project, id: null };
    const tell: LiveListener = (changes) => listeners.forEach((listener) => listener(changes));
    const stop = listen(project, last.current.id, {
      onChanges: tell,
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
  }, [project, isOn, listeners]);

  const live = useMemo(
    () => ({
      state,
      subscribe: (listener: LiveListener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    }),
    [state, listeners],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}
