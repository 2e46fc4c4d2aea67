/** Requests that are edited and asked of several models at once. */

import { queryOptions } from "@tanstack/react-query";
import { waitAfter } from "../model/eventStream";
import { NOTHING_RUN, runHeard, type RunText } from "../model/playgroundRun";
import { get, post } from "./client";
import { listenOnce, waited } from "./eventSource";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type CallResult = Schemas["CallResult"];
export type PlaygroundRequest = Schemas["PlaygroundRequest"];
type RunState = Schemas["RunState"];
/** The server says what is wrong with a tool. */
type RunWanted = Omit<Schemas["RunRequest"], "tools"> & { tools: Record<string, unknown>[] };

/** What a model call asked, ready to be asked again. */
export function playgroundRequestQuery(project: string, traceId: string, spanId: string) {
  return queryOptions({
    queryKey: ["playground request", project, traceId, spanId],
    queryFn: ({ signal }) =>
      get<PlaygroundRequest>(
        "/playground-request",
        { project, trace_id: traceId, span_id: spanId },
        signal,
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** How often a run that is over is asked for the figures of its calls. */
const FOLLOW_MS = 600;

/** All calls of a run; their figures come a moment after they have ended. */
export function runQuery(project: string, id: string) {
  return queryOptions({
    queryKey: ["playground run", project, id],
    queryFn: ({ signal }) =>
      get<RunState>(`/playground-runs/${encodeURIComponent(id)}`, { project }, signal),
    refetchInterval: ({ state: { data, dataUpdateCount } }) =>
      data?.is_finished === true && dataUpdateCount < MAX_LOOKS && data.calls.some(isUnmeasured)
        ? FOLLOW_MS
        : false,
  });
}

const MAX_LOOKS = 100;

function isUnmeasured({ figures }: CallResult): boolean {
  return figures === null;
}

export function startRun(
  project: string,
  wanted: RunWanted,
  csrf: string,
): Promise<Schemas["Run"]> {
  return post<Schemas["Run"]>(`/playground-runs?${of(project)}`, wanted, csrf);
}

export function stopRun(project: string, id: string, csrf: string): Promise<unknown> {
  const path = `/playground-runs/${encodeURIComponent(id)}/stop?${of(project)}`;
  return post<unknown>(path, {}, csrf);
}

/** Follows a run from its beginning to its end, over breaks of the connection. */
export function followRun(
  project: string,
  id: string,
  onText: (text: RunText) => void,
): () => void {
  const stopped = new AbortController();
  void keepFollowing(project, id, onText, stopped.signal);
  return () => stopped.abort();
}

async function keepFollowing(
  project: string,
  id: string,
  onText: (text: RunText) => void,
  stopped: AbortSignal,
): Promise<void> {
  const path = `/playground-runs/${encodeURIComponent(id)}/events`;
  const run = { said: NOTHING_RUN };
  let failures = 0;
  for (;;) {
    const { after } = run.said;
    const source = { path, params: { project, after }, lastId: after === "" ? null : after };
    const { isRefused } = await listenOnce(source, stopped, {
      onOpen: () => {
        failures = 0;
      },
      onEvents: (events) => {
        run.said = runHeard(run.said, events);
        onText(run.said);
      },
    });
    if (stopped.aborted || run.said.isFinished || isRefused) return;
    failures += 1;
    if (!(await waited(waitAfter(failures), stopped))) return;
  }
}

function of(project: string): string {
  return new URLSearchParams({ project }).toString();
}
