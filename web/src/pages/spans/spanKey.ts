interface Ids {
  trace_id: string;
  span_id: string;
}

/** A span's id is its own within a trace only. */
export function spanKey({ trace_id, span_id }: Ids): string {
  return `${trace_id}/${span_id}`;
}

export function idsOf(key: string): Ids {
  const [trace_id = "", span_id = ""] = key.split("/");
  return { trace_id, span_id };
}
