import { useQuery } from "@tanstack/react-query";
import { contentQuery } from "../../api/contents";
import { formatDuration } from "../../model/format";
import { failed } from "../../model/kinds";
import type { ReplayStep } from "../../model/replay";
import { accountOf } from "../../model/replayWords";
import { KindGlyph } from "../../ui/KindGlyph";
import type { TraceModel } from "./traceModel";

interface ReplayLineProps {
  trace: TraceModel;
  step: ReplayStep;
  onSeek: () => void;
}

/** Deeper steps are not indented further. */
const MAX_LEVEL = 5;

/** A step in words: when, what, how long it took, and what was said. */
export function ReplayLine({ trace, step, onSeek }: ReplayLineProps) {
  const { project, traceId, tree } = trace;
  const span = tree.spans[step.position];
  const { data } = useQuery(contentQuery(project, traceId, span?.span_id ?? ""));
  if (!span) return null;
  const { says, detail, took } = accountOf(step, span, data ?? null);
  const hasFailed = step.phase === "ends" && failed(span.status);
  return (
    <button
      type="button"
      className="replay-line"
      data-failed={hasFailed}
      style={{ paddingLeft: `${Math.min(step.level, MAX_LEVEL) * 14}px` }}
      onClick={onSeek}
    >
      <time className="number">{formatDuration(step.atNs)}</time>
      <KindGlyph kind={span.kind} />
      <span>
        <b>{says}</b>
        {took !== "" && <small>{took}</small>}
        {detail !== "" && (
          <span className="replay-detail" dir="auto">
            {detail}
          </span>
        )}
      </span>
    </button>
  );
}
