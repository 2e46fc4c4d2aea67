import { counted, formatExact } from "../../model/format";
import { formatMoment } from "../../model/replayWords";
import { Button } from "../../ui/Button";
import { Segments } from "../../ui/Segments";
import { useHotkeys } from "../../ui/useHotkeys";
import type { Replay } from "./useReplay";
import "./ReplayTools.css";

interface ReplayToolsProps {
  replay: Replay;
  /** How many there are. */
  steps: number;
  atNs: number;
  endNs: number;
  failures: number;
  onFailure: (by: 1 | -1) => void;
  speed: string;
  onSpeed: (speed: string) => void;
  /** The traces of the same session before and after; null without a session. */
  turns: TurnIds | null;
}

export interface TurnIds {
  before: string | null;
  /** Undefined while it is not known. */
  after: string | null | undefined;
}

const SPEEDS = ["0.5", "1", "2", "4"] as const;

/** Play, step, jump and speed; where it is, and the turns before and after. */
export function ReplayTools(props: ReplayToolsProps) {
  const { replay, failures, turns } = props;
  useReplayKeys(replay, props.steps, props.onFailure);
  return (
    <div className="replay-tools">
      <Way {...props} />
      <div className="replay-ways">
        {failures > 0 && (
          <Button
            variant="outlined"
            title="To the next failure (e)"
            onClick={() => props.onFailure(1)}
          >
            {counted(failures, "failure")}
          </Button>
        )}
        <Segments
          label="Speed"
          choices={SPEEDS}
          chosen={SPEEDS.find((one) => one === props.speed) ?? "1"}
          nameOf={(speed) => `${speed === "0.5" ? "½" : speed}×`}
          onChoose={props.onSpeed}
        />
        {turns && <Turns {...turns} onTurn={replay.turn} />}
      </div>
    </div>
  );
}

function Way({ replay, steps, atNs, endNs }: ReplayToolsProps) {
  const { at, isPlaying, seek, toggle } = replay;
  return (
    <div className="replay-way">
      <Button
        icon="back"
        aria-label="Previous step (←)"
        disabled={at === 0}
        onClick={() => seek(at - 1)}
      />
      <Button
        variant="primary"
        icon={isPlaying ? "pause" : "play"}
        title={`${isPlaying ? "Pause" : "Play"} (Space); long waits are played in three seconds`}
        onClick={toggle}
      >
        {isPlaying ? "Pause" : "Play"}
      </Button>
      <Button
        icon="forth"
        aria-label="Next step (→)"
        disabled={at === steps - 1}
        onClick={() => seek(at + 1)}
      />
      <input
        type="range"
        aria-label="Step"
        min={1}
        max={steps}
        value={at + 1}
        aria-valuetext={`Step ${at + 1} of ${steps}, ${formatMoment(atNs)}`}
        onChange={(event) => seek(Number(event.target.value) - 1)}
      />
      <span className="replay-place number" role="status">
        {formatExact(at + 1)} of {formatExact(steps)}
        <small>
          {formatMoment(atNs)} of {formatMoment(endNs)}
        </small>
      </span>
    </div>
  );
}

interface TurnsProps extends TurnIds {
  onTurn: (traceId: string) => void;
}

function Turns({ before, after, onTurn }: TurnsProps) {
  return (
    <span className="replay-turns" role="group" aria-label="Turns of the session">
      <Button
        icon="left"
        aria-label="Turn before"
        title="The trace before in its session"
        disabled={before === null}
        onClick={() => onTurn(before ?? "")}
      />
      turn
      <Button
        icon="right"
        aria-label="Next turn"
        title="The next trace of its session"
        disabled={!after}
        onClick={() => onTurn(after ?? "")}
      />
    </span>
  );
}

/** Of the keys that the tree knows, too, these come first: the tools are drawn before it. */
function useReplayKeys(replay: Replay, steps: number, onFailure: (by: 1 | -1) => void): void {
  const forth = () => replay.seek(replay.at + 1);
  const back = () => replay.seek(replay.at - 1);
  useHotkeys({
    " ": replay.toggle,
    ArrowRight: forth,
    ArrowLeft: back,
    j: forth,
    k: back,
    "]": forth,
    "[": back,
    Home: () => replay.seek(0),
    End: () => replay.seek(steps - 1),
    e: () => onFailure(1),
    E: () => onFailure(-1),
  });
}
