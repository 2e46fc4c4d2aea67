/** The stream of changes: which traces changed and that logs came, as it happens. */

import { type ServerEvent, waitAfter } from "../model/eventStream";
import type { Change, Happening } from "../model/feed";
import { listenOnce, waited } from "./eventSource";

export type LiveState =
  | { kind: "off" }
  | { kind: "connecting" }
  | { kind: "connected" }
  | { kind: "waiting"; untilMs: number; why: string };

interface LiveFeed {
  onChanges: (changes: Change[]) => void;
  /** Log records came; with the traces that they name. */
  onLogs: (traceIds: string[]) => void;
  /** Too much was missed to tell what changed: ask again for everything. */
  onReset: () => void;
  onState: (state: LiveState) => void;
  /** The id of the last event, to go on from. */
  onId: (id: string) => void;
}

const HAPPENINGS: readonly string[] = ["traces", "finished", "updated"] satisfies Happening[];

/** Listens until the returned function is called, and reconnects from the last event. */
export function listen(project: string, lastId: string | null, feed: LiveFeed): () => void {
  const stopped = new AbortController();
  void keepListening(project, lastId, feed, stopped.signal);
  return () => stopped.abort();
}

async function keepListening(
  project: string,
  firstId: string | null,
  feed: LiveFeed,
  stopped: AbortSignal,
): Promise<void> {
  let lastId = firstId;
  let failures = 0;
  const hear = (event: ServerEvent) => {
    lastId = event.lastId;
    if (lastId !== null) feed.onId(lastId);
    if (event.name === "reset") feed.onReset();
    else if (event.name === "logs") feed.onLogs(traceIdsOf(event));
    else if (isHappening(event.name)) feed.onChanges(changesOf(event.name, event));
  };
  for (;;) {
    feed.onState({ kind: "connecting" });
    const source = { path: "/live", params: { project }, lastId };
    const { why } = await listenOnce(source, stopped, {
      onOpen: () => {
        // Without an event before the break the server cannot tell what came during it.
        if (failures > 0 && lastId === null) feed.onReset();
        failures = 0;
        feed.onState({ kind: "connected" });
      },
      onEvents: (events) => events.forEach(hear),
    });
    if (stopped.aborted) return;
    failures += 1;
    const waitMs = waitAfter(failures);
    feed.onState({ kind: "waiting", untilMs: Date.now() + waitMs, why });
    if (!(await waited(waitMs, stopped))) return;
  }
}

function isHappening(name: string): name is Happening {
  return HAPPENINGS.includes(name);
}

function changesOf(what: Happening, event: ServerEvent): Change[] {
  const atMs = Date.now();
  const seq = event.lastId ?? "";
  return traceIdsOf(event).map((traceId) => ({ traceId, what, seq, atMs }));
}

function traceIdsOf({ data }: ServerEvent): string[] {
  const { trace_ids } = JSON.parse(data) as { trace_ids: string[] };
  return trace_ids;
}
