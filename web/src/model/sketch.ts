/** Spans for tests, written in milliseconds. */

import type { Kind, Status } from "./kinds";

export interface Sketch {
  id: string;
  parent?: string;
  from: number;
  to: number | null;
  kind?: Kind;
  name?: string;
  status?: Status;
  firstTokenAfter?: number;
  retryOf?: string;
  cost?: string;
  counted?: boolean;
}

const UNTOLD = {
  parent: "",
  kind: "chain" as Kind,
  status: "ok" as Status,
  retryOf: "",
  cost: null,
  counted: true,
};

/** A span of a trace with what the models of this folder read of it. */
export function sketched(sketch: Sketch) {
  const { id, from, to, firstTokenAfter } = sketch;
  const told = { ...UNTOLD, name: id, ...sketch };
  return {
    span_id: id,
    parent_id: told.parent,
    name: told.name,
    kind: told.kind,
    status: to === null ? ("open" as const) : told.status,
    start_offset_ns: from * 1e6,
    duration_ns: to === null ? null : (to - from) * 1e6,
    ttft_ns: firstTokenAfter === undefined ? null : firstTokenAfter * 1e6,
    retry_of: told.retryOf,
    total_cost: told.cost,
    counted: told.counted,
    request_model: "",
    response_model: "",
    tool_name: "",
    agent_name: "",
  };
}
