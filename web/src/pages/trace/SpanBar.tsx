import type { TraceSpan } from "../../api/traces";
import { fewerSegments, type Segment } from "../../model/criticalPath";
import { formatDuration } from "../../model/format";
import { drawn, type TimeScale } from "../../model/gaps";
import { failed } from "../../model/kinds";
import { barBox, place, type PlayHead, type TimeWindow } from "../../model/timeAxis";
import "./SpanBar.css";

interface SpanBarProps {
  span: TraceSpan;
  window: TimeWindow;
  scale: TimeScale;
  endNs: number;
  /** 0 to 5 instead of the colour of its kind; null while no heat is shown. */
  heatStep: number | null;
  segments: readonly Segment[];
  /** Attempts before this one, drawn as outlines. */
  ghosts: readonly TraceSpan[];
  /** The span as it was, where what is shown is supposed. */
  was: TraceSpan | undefined;
  head: PlayHead | undefined;
}

/** More stretches than this cannot be told apart in one bar: neighbours grow together. */
const MOST_SEGMENTS = 40;

/** A span on the timeline: what the trace waited for is solid, the rest is pale. */
export function SpanBar(props: SpanBarProps) {
  const { span, window, scale, endNs, segments, ghosts, was } = props;
  const startNs = span.start_offset_ns;
  const stopNs = span.duration_ns === null ? endNs : startNs + span.duration_ns;
  const boxOf = (from: number, to: number) => barBox(window, drawn(scale, from), drawn(scale, to));
  const box = boxOf(startNs, stopNs);
  const inView = segments.filter((one) => boxOf(one.startNs, one.endNs) !== null);
  return (
    <span className="span-lane" data-heat={props.heatStep ?? undefined}>
      {ghosts.map((ghost) => {
        const ghostNs = ghost.start_offset_ns;
        const place = boxOf(ghostNs, ghostNs + (ghost.duration_ns ?? 0));
        return place && <Ghost key={ghost.span_id} span={ghost} box={place} />;
      })}
      {was && <Was span={was} boxOf={boxOf} />}
      {box && (
        <span
          className="span-bar"
          data-kind={span.kind}
          data-status={span.status}
          title={hint(span)}
          style={{ left: `${box.left}%`, width: `${box.width}%` }}
        />
      )}
      {fewerSegments(inView, MOST_SEGMENTS).map((segment) => {
        const part = boxOf(segment.startNs, segment.endNs);
        return (
          part && (
            <span
              key={segment.startNs}
              className="span-critical"
              data-kind={span.kind}
              data-status={span.status}
              style={{ left: `${part.left}%`, width: `${part.width}%` }}
            />
          )
        );
      })}
      <FirstToken span={span} window={window} scale={scale} />
      {props.head && <Head head={props.head} window={window} scale={scale} />}
      {failed(span.status) && box && (
        <span className="span-cap" style={{ left: `${box.left + box.width}%` }} />
      )}
    </span>
  );
}

type HeadProps = Pick<SpanBarProps, "window" | "scale"> & { head: PlayHead };

/** One piece of the line that all rows together draw. */
function Head({ head, window, scale }: HeadProps) {
  const share = place(window, drawn(scale, head.towardsNs));
  return (
    <span
      className="play-head"
      style={{ left: `calc(${share} * (100% - 1px))`, transitionDuration: `${head.movesMs}ms` }}
    />
  );
}

interface WasProps {
  span: TraceSpan;
  boxOf: (from: number, to: number) => Box | null;
}

/** Where the span was, below where it would be. */
function Was({ span, boxOf }: WasProps) {
  const startNs = span.start_offset_ns;
  const box = boxOf(startNs, startNs + (span.duration_ns ?? 0));
  if (!box) return null;
  return (
    <span
      className="span-was"
      title={`As it was: ${hint(span)}`}
      style={{ left: `${box.left}%`, width: `${box.width}%` }}
    />
  );
}

interface Box {
  left: number;
  width: number;
}

interface GhostProps {
  span: TraceSpan;
  box: Box;
}

function Ghost({ span, box }: GhostProps) {
  return (
    <span
      className="span-ghost"
      data-kind={span.kind}
      data-failed={failed(span.status)}
      title={`Earlier attempt: ${formatDuration(span.duration_ns)}, ${span.error_type || span.status}`}
      style={{ left: `${box.left}%`, width: `${box.width}%` }}
    />
  );
}

function FirstToken({ span, window, scale }: Pick<SpanBarProps, "span" | "window" | "scale">) {
  if (span.ttft_ns === null) return null;
  const share = place(window, drawn(scale, span.start_offset_ns + span.ttft_ns));
  if (share < 0 || share > 1) return null;
  return (
    <span
      className="span-first"
      title={`First token after ${formatDuration(span.ttft_ns)}`}
      style={{ left: `${share * 100}%` }}
    />
  );
}

function hint(span: TraceSpan): string {
  const first = span.ttft_ns === null ? "" : `, first token after ${formatDuration(span.ttft_ns)}`;
  return `${span.name}: ${formatDuration(span.duration_ns)}, from ${formatDuration(span.start_offset_ns)}${first}`;
}
