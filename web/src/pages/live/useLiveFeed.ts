import { useEffect, useEffectEvent, useRef, useState } from "react";
import { fetchRows, type RowOf } from "../../api/rows";
import {
  type Change,
  type Entry,
  latest,
  type Rates,
  withChanges,
  withCount,
} from "../../model/feed";
import { parseRange } from "../../model/range";
import { bothOf } from "../../model/terms";
import { useLiveChanges } from "../shell/liveContext";

type TraceRow = RowOf["traces"];

interface Feed {
  entries: readonly Entry<TraceRow>[];
  /** Entries put on top so far. */
  added: number;
  /** Changes that came faster than they could be shown. */
  passed: number;
}

const NOTHING: Feed = { entries: [], added: 0, passed: 0 };
const FLUSH_MS = 1000;
/** Traces asked for at once: a second's worth that a person can still read. */
const MOST_AT_ONCE = 60;
/** Changes that wait while the server does not answer. */
const MOST_WAITING = 1000;
/** A trace that changes now began within this time. */
const WINDOW = parseRange("7d") ?? { kind: "all" };

/** What happens now, with the rows that pass the filter; memory is bounded whatever comes. */
export function useLiveFeed(project: string, filter: string) {
  const [feed, setFeed] = useState(NOTHING);
  const [rates, setRates] = useState<Rates>(new Map());
  const [resetMs, setResetMs] = useState<number | null>(null);
  const waiting = useRef<Change[]>([]);
  const isAsking = useRef(false);

  useLiveChanges((changes) => {
    if (changes === null) setResetMs(Date.now());
    else waiting.current = [...waiting.current, ...changes];
    for (const change of changes ?? []) setRates((before) => withCount(before, change.atMs, 1));
  });

  const flush = useEffectEvent(async () => {
    if (isAsking.current || waiting.current.length === 0) return;
    isAsking.current = true;
    const changes = waiting.current;
    waiting.current = [];
    const told = latest(changes);
    const shown = told.slice(-MOST_AT_ONCE);
    try {
      const rows = await rowsOf(project, filter, shown);
      setFeed((before) => {
        const entries = withChanges(before.entries, shown, rows);
        const top = before.entries[0];
        const added = top ? entries.indexOf(top) : entries.length;
        const passed = before.passed + told.length - shown.length;
        return { entries, added: before.added + Math.max(added, 0), passed };
      });
    } catch {
      // They are asked for again in a second, with what has come until then.
      waiting.current = [...changes, ...waiting.current].slice(-MOST_WAITING);
    } finally {
      isAsking.current = false;
    }
  });
  useEffect(() => {
    const timer = setInterval(() => void flush(), FLUSH_MS);
    return () => clearInterval(timer);
  }, []);
  return { ...feed, rates, resetMs };
}

async function rowsOf(
  project: string,
  filter: string,
  changes: readonly Change[],
): Promise<TraceRow[]> {
  const ids = [...new Set(changes.map(({ traceId }) => traceId))];
  const these = ids.length === 1 ? `trace:${ids.join("")}` : `trace:(${ids.join(" OR ")})`;
  const question = { noun: "traces", project, range: WINDOW, sort: "-start", more: {} } as const;
  const page = await fetchRows({ ...question, filter: bothOf(filter, these) }, null);
  return page.rows;
}
