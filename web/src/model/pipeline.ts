/** The way of a record through the server as stations, each with what waits there. */

import { formatBytes, formatSeconds } from "./delivery";
import { counted, formatAge, formatExact } from "./format";

type Health = "ok" | "warn" | "error";

export interface Station {
  name: string;
  health: Health;
  /** How much is here. */
  depth: string;
  /** How old it is, or what is wrong. */
  note: string;
  /** Of the room that there is, the share in use; null where there is no bound. */
  share: number | null;
}

export interface Flow {
  senders: readonly unknown[];
  /** When the newest request came; null when there was none. */
  lastRequestMs: number | null;
  journal: {
    entries: number;
    bytes: number;
    oldest_age_s: number | null;
    bound_bytes: number;
    put_off: number;
    last_put_off: string | null;
  };
  writer: { trouble: string; lag_s: number | null };
  engine: { state: string; version: string };
  waiting: number;
}

/** Above this age of the oldest entry the engine does not keep up. */
const SLOW_S = 10;
const NEARLY_FULL = 0.8;
const JUST_NOW_MS = 30_000;

/** Sender, journal, engine, lists. */
export function stationsOf(flow: Flow, nowMs: number): Station[] {
  return [
    sendersStation(flow, nowMs),
    journalStation(flow, nowMs),
    engineStation(flow),
    listsStation(flow),
  ];
}

function sendersStation({ senders, lastRequestMs }: Flow, nowMs: number): Station {
  return {
    name: "Senders",
    health: "ok",
    depth: counted(senders.length, "sender"),
    note:
      lastRequestMs === null
        ? "no request in this range"
        : `last request ${formatAge(lastRequestMs, nowMs).replace(/(?<!now)$/, " ago")}`,
    share: null,
  };
}

function journalStation({ journal }: Flow, nowMs: number): Station {
  const { entries, bytes, oldest_age_s, bound_bytes: bound } = journal;
  const age = oldest_age_s ?? 0;
  const share = bound > 0 ? Math.min(bytes / bound, 1) : 0;
  const isFull = share >= 1 || isPuttingOff(journal, nowMs);
  const isSlow = share >= NEARLY_FULL || age > SLOW_S;
  const note = entries > 0 ? `oldest ${formatSeconds(age)}` : `room for ${formatBytes(bound)}`;
  const health = isSlow ? "warn" : "ok";
  return {
    name: "Journal",
    health: isFull ? "error" : health,
    depth: entries === 0 ? "empty" : `${counted(entries, "request")}, ${formatBytes(bytes)}`,
    note: isFull ? `takes nothing: ${counted(journal.put_off, "request")} put off` : note,
    share,
  };
}

/** Senders come again within seconds: who was put off just now is being put off. */
function isPuttingOff({ last_put_off: last }: Flow["journal"], nowMs: number): boolean {
  return last !== null && nowMs - Date.parse(last) < JUST_NOW_MS;
}

function engineStation({ engine, writer }: Flow): Station {
  const isUp = engine.state === "ok";
  return {
    name: "Engine",
    health: isUp && writer.trouble === "" ? "ok" : "error",
    depth: isUp ? `running, ${engine.version}` : engine.state,
    note: writer.trouble === "" ? (isUp ? "writing" : "not writing") : writer.trouble,
    share: null,
  };
}

function listsStation({ waiting, writer, engine }: Flow): Station {
  if (engine.state !== "ok") {
    const note = "lists and pages come back with the engine";
    return { name: "Lists", health: "error", depth: "cannot be read", note, share: null };
  }
  const lag = writer.lag_s ?? 0;
  return {
    name: "Lists",
    health: lag > SLOW_S ? "warn" : "ok",
    depth: waiting === 0 ? "up to date" : `${formatExact(waiting)} to come`,
    note: waiting === 0 ? "everything is queryable" : `${formatSeconds(lag)} behind`,
    share: null,
  };
}
