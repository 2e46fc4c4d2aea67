/** One connection to a stream of server-sent events, and the wait before the next. */

import { eventReader, type ServerEvent } from "../model/eventStream";
import { ApiError, stream } from "./client";

interface Source {
  path: string;
  params: Record<string, string | undefined>;
  /** The id of the last event that was heard; null before the first. */
  lastId: string | null;
}

interface Connection {
  onOpen: () => void;
  /** Hears all that came at once. */
  onEvents: (events: ServerEvent[]) => void;
}

interface Break {
  /** Why it ended, in a sentence. */
  why: string;
  /** Asking again would be answered the same. */
  isRefused: boolean;
}

/** The server says something at least every 15 s; a line that is silent for longer is dead. */
const DEAF_AFTER_MS = 40_000;

/** Listens once, to the end of the connection. */
export async function listenOnce(
  source: Source,
  stopped: AbortSignal,
  connection: Connection,
): Promise<Break> {
  try {
    await listenToEnd(source, stopped, connection);
    return { why: "The server ended the feed.", isRefused: false };
  } catch (error) {
    if (!(error instanceof ApiError)) return { why: "The connection broke.", isRefused: false };
    return { why: error.message, isRefused: error.status >= 400 && error.status < 500 };
  }
}

async function listenToEnd(
  { path, params, lastId }: Source,
  stopped: AbortSignal,
  { onOpen, onEvents }: Connection,
): Promise<void> {
  const deaf = new AbortController();
  let timer = setTimeout(() => deaf.abort(), DEAF_AFTER_MS);
  const signal = AbortSignal.any([stopped, deaf.signal]);
  try {
    const headers = {
      accept: "text/event-stream",
      ...(lastId === null ? {} : { "last-event-id": lastId }),
    };
    const response = await stream(path, params, headers, signal);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const read = eventReader(lastId);
    onOpen();
    for (let slice = await reader?.read(); slice && !slice.done; slice = await reader?.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => deaf.abort(), DEAF_AFTER_MS);
      const events = read(slice.value);
      if (events.length > 0) onEvents(events);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the time has passed, and not been ended before. */
export function waited(ms: number, stopped: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), ms);
    stopped.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
