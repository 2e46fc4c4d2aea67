import * as Menu from "@radix-ui/react-dropdown-menu";
import { type Ref, useEffect, useState } from "react";
import { counted, formatDuration } from "../../model/format";
import { SQL_EXAMPLES } from "../../model/sqlExamples";
import type { PastQuery } from "../../model/sqlHistory";
import { Button } from "../../ui/Button";
import { HistoryMenu } from "./HistoryMenu";
import { SqlMenu } from "./SqlMenu";
import type { Outcome } from "./useSqlRun";
import "./SqlBar.css";

interface SqlBarProps {
  runButton: Ref<HTMLButtonElement>;
  isEmpty: boolean;
  startedMs: number | null;
  outcome: Outcome | null;
  history: readonly PastQuery[];
  onRun: () => void;
  onStop: () => void;
  onTake: (sql: string) => void;
  onForget: () => void;
  onTables: () => void;
  hasTables: boolean;
}

const KEYS = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘ Enter" : "Ctrl Enter";
const TICK_MS = 100;
const MOST_S = 10;

/** Run and stop, how it goes, and queries to take up again. */
export function SqlBar({ runButton, ...props }: SqlBarProps) {
  const { startedMs, outcome, onTake } = props;
  const isRunning = startedMs !== null;
  return (
    <div className="sql-bar" role="toolbar" aria-label="Query">
      <Button
        ref={runButton}
        variant="primary"
        icon={isRunning ? "stop" : "play"}
        className="sql-run"
        disabled={!isRunning && props.isEmpty}
        title={isRunning ? "End the query" : `Run (${KEYS})`}
        onClick={isRunning ? props.onStop : props.onRun}
      >
        {isRunning ? "Stop" : "Run"}
      </Button>
      <p className="sql-state number" role="status">
        {isRunning ? <Elapsed startedMs={startedMs} /> : <Said outcome={outcome} />}
      </p>
      <Button aria-pressed={props.hasTables} icon="columns" onClick={props.onTables}>
        Tables
      </Button>
      <SqlMenu name="Examples">
        {SQL_EXAMPLES.map(({ title, sql }) => (
          <Menu.Item key={title} className="menu-item" onSelect={() => onTake(sql)}>
            {title}
          </Menu.Item>
        ))}
      </SqlMenu>
      <HistoryMenu history={props.history} onTake={onTake} onForget={props.onForget} />
    </div>
  );
}

/** The time that goes by, and a bar of the time there is once it is worth one. */
function Elapsed({ startedMs }: { startedMs: number }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const tick = () => setSeconds((performance.now() - startedMs) / 1000);
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [startedMs]);
  return (
    <>
      <span aria-hidden="true">{seconds.toFixed(1)} s</span>
      <span className="unseen">Running</span>
      {seconds >= 1 && (
        <progress
          className="sql-progress"
          aria-label={`Of at most ${MOST_S} s`}
          max={MOST_S}
          value={Math.min(seconds, MOST_S)}
        />
      )}
    </>
  );
}

function Said({ outcome }: { outcome: Outcome | null }) {
  if (outcome === null) return null;
  if (outcome.kind === "stopped") return <>Stopped after {(outcome.afterMs / 1000).toFixed(1)} s</>;
  if (outcome.kind === "failed") return <span className="sql-bad">Failed</span>;
  const { rows, truncated, elapsed_ms: elapsedMs } = outcome.answer;
  return (
    <>
      {truncated && <b className="sql-truncated">The first </b>}
      {counted(rows.length, "row")}
      {truncated && <b className="sql-truncated">, there are more</b>} in{" "}
      {formatDuration(elapsedMs * 1e6)}
    </>
  );
}
