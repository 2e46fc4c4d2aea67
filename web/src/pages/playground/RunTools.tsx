import { useMutation, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { runQuery, stopRun } from "../../api/playground";
import { type Draft, MAX_REPEAT } from "../../model/playground";
import { Button } from "../../ui/Button";
import { useHotkeys } from "../../ui/useHotkeys";
import { useSession } from "../useSession";
import "./RunTools.css";

interface RunToolsProps {
  project: string;
  runId: string | null;
  draft: Draft;
  /** Why it cannot be run, or was not. */
  problem: string;
  isReady: boolean;
  onChange: (draft: Draft) => void;
  onRun: () => void;
  children: ReactNode;
}

/** Runs the request, so many times, and stops it. */
export function RunTools(props: RunToolsProps) {
  const { project, runId, draft, problem, isReady, onChange, onRun } = props;
  const { csrf } = useSession();
  const { data } = useQuery({ ...runQuery(project, runId ?? ""), enabled: runId !== null });
  const isRunning = data?.is_finished === false;
  const stop = useMutation({ mutationFn: () => stopRun(project, runId ?? "", csrf) });
  useHotkeys(isRunning ? { Escape: () => stop.mutate() } : {});
  return (
    <div className="run-tools">
      <label>
        Times
        <input
          type="number"
          min={1}
          max={MAX_REPEAT}
          value={draft.repeat}
          onChange={(event) => {
            const repeat = Math.round(event.target.valueAsNumber);
            if (repeat >= 1 && repeat <= MAX_REPEAT) onChange({ ...draft, repeat });
          }}
        />
      </label>
      {isRunning ? (
        <Button icon="stop" variant="outlined" title="Esc" onClick={() => stop.mutate()}>
          Stop
        </Button>
      ) : (
        <Button
          icon="play"
          variant="primary"
          title="Ctrl Enter"
          disabled={!isReady}
          onClick={onRun}
        >
          Run
        </Button>
      )}
      {props.children}
      <p role="status">{stop.error?.message ?? problem}</p>
    </div>
  );
}
