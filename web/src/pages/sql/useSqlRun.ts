import { useEffect, useRef, useState } from "react";
import { ApiError } from "../../api/client";
import { askSql, type SqlAnswer } from "../../api/sql";
import { useSession } from "../useSession";

/** What became of the last query. */
export type Outcome =
  | { kind: "answered"; sql: string; answer: SqlAnswer }
  | { kind: "failed"; sql: string; error: ApiError }
  | { kind: "stopped"; sql: string; afterMs: number };

/** Asks one query at a time. What was answered last stays until something else is. */
export function useSqlRun(project: string, onDone: (outcome: Outcome) => void) {
  const { csrf } = useSession();
  const [startedMs, setStarted] = useState<number | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = async (sql: string) => {
    if (running.current || sql.trim() === "") return;
    const control = new AbortController();
    running.current = control;
    const begunMs = performance.now();
    setStarted(begunMs);
    const next = await outcomeOf(askSql(project, sql, csrf, control.signal), sql, begunMs);
    running.current = null;
    setStarted(null);
    setOutcome(next);
    onDone(next);
  };
  return { run, stop: () => running.current?.abort(), startedMs, outcome };
}

async function outcomeOf(
  asked: Promise<SqlAnswer>,
  sql: string,
  begunMs: number,
): Promise<Outcome> {
  try {
    return { kind: "answered", sql, answer: await asked };
  } catch (error) {
    if (error instanceof ApiError) return { kind: "failed", sql, error };
    if (error instanceof DOMException && error.name === "AbortError") {
      return { kind: "stopped", sql, afterMs: performance.now() - begunMs };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", sql, error: new ApiError(0, "unexpected", message, "") };
  }
}
