import type { Standing } from "../model/traceState";
import "./StatusDot.css";

/** Six pixels of status; `word` adds the word for everything but ok. */
export function StatusDot({ status, word = false }: { status: Standing; word?: boolean }) {
  return (
    <span className="status" data-status={status} title={status}>
      <i className="status-dot" />
      {word && status !== "ok" ? status : <span className="unseen">{status}</span>}
    </span>
  );
}
