/** The stream of changes: which traces changed, as it happens. */

import { apiUrl } from "./client";

interface LiveFeed {
  /** Some traces changed; ids are gathered until the listener has been quiet for a moment. */
  onTraces: (traceIds: ReadonlySet<string>) => void;
  /** Too much was missed to tell what changed: ask again for everything. */
  onReset: () => void;
  /** Whether the stream is connected. */
  onState: (connected: boolean) => void;
}

/** At most one call of `onTraces` in this time: a busy server must not make a busy page. */
const THROTTLE_MS = 1000;

/** Listens until the returned function is called. The browser reconnects by itself. */
export function listen(project: string, feed: LiveFeed): () => void {
  const source = new EventSource(apiUrl("/live", { project }));
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const deliver = () => {
    timer = undefined;
    const ids = new Set(changed);
    changed.clear();
    feed.onTraces(ids);
  };
  source.addEventListener("open", () => feed.onState(true));
  source.addEventListener("error", () => feed.onState(false));
  source.addEventListener("reset", () => feed.onReset());
  const hear = (event: MessageEvent<string>) => {
    const { trace_ids } = JSON.parse(event.data) as { trace_ids: string[] };
    for (const id of trace_ids) changed.add(id);
    timer ??= setTimeout(deliver, THROTTLE_MS);
  };
  // A trace that finished by being quiet shows another state, too.
  for (const name of ["traces", "finished", "updated"]) source.addEventListener(name, hear);
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
