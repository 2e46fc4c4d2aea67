import { formatDuration } from "../../model/format";
import { drawn, type Gap, moments, type TimeScale } from "../../model/gaps";
import { barBox, place, type TimeWindow } from "../../model/timeAxis";
import type { Tree, TreeSpan } from "../../model/tree";
import { useMedia } from "../../ui/useMedia";
import { Minimap } from "./Minimap";
import "./TimeRuler.css";

interface TimeRulerProps {
  tree: Tree<TreeSpan>;
  scale: TimeScale;
  /** What is shown, in drawn time. */
  window: TimeWindow;
  onZoom: (window: TimeWindow | null) => void;
}

const TICKS = 5;
const TICKS_WHEN_NARROW = 2;
/** Between two labels, as a share of the width. */
const LEAST_DISTANCE = 0.09;

/** The head of the tree: column names, the whole trace in miniature, and the time axis. */
export function TimeRuler({ tree, scale, window, onZoom }: TimeRulerProps) {
  const isNarrow = useMedia("(max-width: 720px)");
  const shown = spaced(moments(scale, window, isNarrow ? TICKS_WHEN_NARROW : TICKS), (ns) =>
    place(window, drawn(scale, ns)),
  );
  return (
    <>
      <div className="time-ruler">
        <span className="time-column" role="presentation">
          Span
        </span>
        <span className="time-column span-duration">Duration</span>
        <span className="time-column span-self" title="While none of its children ran">
          Self
        </span>
        <span className="time-column span-tokens">Tokens</span>
        <span className="time-column span-cost">Cost</span>
        <div className="time-axis">
          <Minimap tree={tree} scale={scale} window={window} onZoom={onZoom} />
          <div className="time-ticks" aria-hidden="true">
            {shown.map(({ ns, share }) => (
              <span key={ns} style={{ left: `${share * 100}%` }}>
                {ns === 0 ? "0" : formatDuration(ns)}
              </span>
            ))}
          </div>
        </div>
      </div>
      <div className="time-grid">
        <div>
          {shown.map(({ ns, share }) => (
            <i key={ns} style={{ left: `${share * 100}%` }} />
          ))}
          {scale.gaps.map((gap) => (
            <GapMark key={gap.startNs} gap={gap} scale={scale} window={window} />
          ))}
        </div>
      </div>
    </>
  );
}

/** Where a long pause is drawn short. */
function GapMark({ gap, scale, window }: { gap: Gap; scale: TimeScale; window: TimeWindow }) {
  const box = barBox(window, drawn(scale, gap.startNs), drawn(scale, gap.endNs));
  if (!box) return null;
  const length = formatDuration(gap.endNs - gap.startNs);
  return (
    <b
      className="time-gap"
      title={`${length} in which nothing but containers ran, drawn short`}
      style={{ left: `${box.left}%`, width: `${box.width}%` }}
    >
      <span className="number">{length}</span>
    </b>
  );
}

/** Without moments that would stand upon the one before, or beyond the edge. */
function spaced(found: readonly number[], shareOf: (ns: number) => number) {
  const kept: { ns: number; share: number }[] = [];
  for (const ns of found) {
    const share = shareOf(ns);
    const before = kept.at(-1)?.share ?? -1;
    if (share <= 0.94 && share - before >= LEAST_DISTANCE) kept.push({ ns, share });
  }
  return kept;
}
