import { use } from "react";
import { Button } from "../../ui/Button";
import { LiveContext } from "./liveContext";
import "./LiveSwitch.css";

interface LiveSwitchProps {
  isOn: boolean;
  onChange: (on: boolean) => void;
}

/** Follows new traces as they arrive, or pauses. */
export function LiveSwitch({ isOn, onChange }: LiveSwitchProps) {
  const { kind } = use(LiveContext).state;
  const state = isOn ? (kind === "connected" ? "live" : "waiting") : "paused";
  const titles = {
    live: "New traces appear as they arrive. Click to pause",
    waiting: "Connecting to the live feed",
    paused: "Paused. Click to follow new traces",
  };
  return (
    <Button
      className="live-switch"
      role="switch"
      aria-checked={isOn}
      aria-label="Live"
      title={titles[state]}
      data-live={state}
      onClick={() => onChange(!isOn)}
    >
      <i />
      <span>{state === "paused" ? "Paused" : "Live"}</span>
    </Button>
  );
}
