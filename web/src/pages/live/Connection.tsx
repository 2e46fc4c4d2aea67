import { use } from "react";
import { formatClock } from "../../model/format";
import { Button } from "../../ui/Button";
import { useNow } from "../../ui/useNow";
import { LiveContext } from "../shell/liveContext";
import "./Connection.css";

interface ConnectionProps {
  isOn: boolean;
  onResume: () => void;
  /** When the server last said that it cannot tell what was missed. */
  resetMs: number | null;
}

/** Whether the feed is connected and, where not, when it tries again. */
export function Connection({ isOn, onResume, resetMs }: ConnectionProps) {
  const { state } = use(LiveContext);
  const now = useNow();
  const kind = isOn ? state.kind : "off";
  return (
    <p className="connection" data-state={kind} role="status">
      <i />
      {kind === "connected" && "Connected"}
      {kind === "connecting" && "Connecting"}
      {kind === "off" && "Paused"}
      {state.kind === "waiting" && isOn && (
        <>
          Reconnecting in {Math.max(Math.ceil((state.untilMs - now) / 1000), 0)} s. {state.why}
        </>
      )}
      {kind === "off" && <Button onClick={onResume}>Go on</Button>}
      {resetMs !== null && (
        <span className="connection-reset">
          At {formatClock(resetMs)} more had been missed than could be told again.
        </span>
      )}
    </p>
  );
}
