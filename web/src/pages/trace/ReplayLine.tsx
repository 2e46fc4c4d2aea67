import { useQuery } from "@tanstack/react-query";
import { contentQuery } from "../../api/contents";
import { failed } from "../../model/kinds";
import type { ReplayStep } from "../../model/replay";
import { accountOf, formatMoment } from "../../model/replayWords";
import { KindGlyph } from "../../ui/KindGlyph";
import type { TraceModel } from "./traceModel";

interface ReplayLineProps {
  trace: TraceModel;
  step: ReplayStep;
  /** Whether what it says is asked for, where it is not known. */
  isAsked: boolean;
  onSeek: () => void;
}

/** Deeper steps are not indented further. */
const MAX_LEVEL = 5;

/** A step in words: when, what, how long it took, and what was said. */
export function ReplayLine({ trace, step, isAsked, onSeek }: ReplayLineProps) {
  const { project, traceId, tree } = trace;
  const span = tree.spans[step.position];
  const { data } = useQuery({
    ...contentQuery(project, traceId, span?.span_id ?? ""),
    enabled: isAsked,
  });
  if (!span) return null;
  const { says, detail, took } = accountOf(step, span, data ?? null);
  const hasFailed = step.phase === "ends" && failed(span.status);
  return (
    <button type="button" className="replay-line" data-failed={hasFailed} onClick={onSeek}>
      <time className="number">{formatMoment(step.atNs)}</time>
      <i style={{ width: `${Math.min(step.level, MAX_LEVEL) * 14}px` }} />
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
