import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { listen } from "../../api/live";
import { LiveContext, type LiveListener } from "./liveContext";

interface LiveProviderProps {
  project: string;
  isOn: boolean;
  children: ReactNode;
}

/** Holds the one event stream of the page, open only while live is on. */
export function LiveProvider({ project, isOn, children }: LiveProviderProps) {
  const [isConnected, setConnected] = useState(false);
  const [listeners] = useState(() => new Set<LiveListener>());
  const wasPaused = useRef(false);

  useEffect(() => {
    if (!isOn) {
      wasPaused.current = true;
      return;
    }
    const tell: LiveListener = (ids) => listeners.forEach((listener) => listener(ids));
    const stop = listen(project, {
      onTraces: tell,
      onReset: () => tell(null),
      onState: (connected) => {
        setConnected(connected);
        // The new stream begins now: nobody has told what changed during the pause.
        if (connected && wasPaused.current) {
          wasPaused.current = false;
          tell(null);
        }
      },
    });
    return () => {
      stop();
      setConnected(false);
    };
  }, [project, isOn, listeners]);

  const live = useMemo(
    () => ({
      isConnected,
      subscribe: (listener: LiveListener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    }),
    [isConnected, listeners],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}
