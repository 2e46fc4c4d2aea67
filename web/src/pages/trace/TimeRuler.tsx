import { useRef } from "react";
import { formatDuration } from "../../model/format";
import { drawn, type Gap, moments, type TimeScale } from "../../model/gaps";
import { barBox, place, roomyTicks, type TimeWindow } from "../../model/timeAxis";
import type { Tree, TreeSpan } from "../../model/tree";
import { useWidth } from "../../ui/useWidth";
import { Minimap } from "./Minimap";
import "./TimeRuler.css";

interface TimeRulerProps {
  tree: Tree<TreeSpan>;
  scale: TimeScale;
  /** What is shown, in drawn time. */
  window: TimeWindow;
  onZoom: (window: TimeWindow | null) => void;
}

const MOST_TICKS = 5;
/** The least room for one, in pixels. */
const TICK_PX = 70;

/** The head of the tree: column names, the whole trace in miniature, and the time axis. */
export function TimeRuler({ tree, scale, window, onZoom }: TimeRulerProps) {
  const axis = useRef<HTMLDivElement>(null);
  const widthPx = useWidth(axis) ?? 0;
  const count = Math.min(Math.max(widthPx / TICK_PX, 1), MOST_TICKS);
  const ticks = moments(scale, window, count).map((ns) => ({
    text: ns === 0 ? "0" : formatDuration(ns),
    share: place(window, drawn(scale, ns)),
  }));
  const shown = roomyTicks(ticks, widthPx);
  // A length stands upright, and takes as little room as a tick without a text.
  const starts = scale.gaps.map((gap) => ({
    gap,
    text: "",
    share: place(window, drawn(scale, gap.startNs)),
  }));
  const told = new Set(roomyTicks(starts, widthPx).map(({ gap }) => gap));
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
        <div ref={axis} className="time-axis">
          <Minimap tree={tree} scale={scale} window={window} onZoom={onZoom} />
          <div className="time-ticks" aria-hidden="true">
            {shown.map(({ text, share }) => (
              <span key={share} style={{ left: `${share * 100}%` }}>
                {text}
              </span>
            ))}
          </div>
        </div>
      </div>
      <div className="time-grid">
        <div>
          {shown.map(({ share }) => (
            <i key={share} style={{ left: `${share * 100}%` }} />
          ))}
          {scale.gaps.map((gap) => (
            <GapMark
              key={gap.startNs}
              isTold={told.has(gap)}
              gap={gap}
              scale={scale}
              window={window}
            />
          ))}
        </div>
      </div>
    </>
  );
}

interface GapMarkProps {
  gap: Gap;
  /** Whether there is room for its length. */
  isTold: boolean;
  scale: TimeScale;
  window: TimeWindow;
}

/** Where a long pause is drawn short. */
function GapMark({ gap, isTold, scale, window }: GapMarkProps) {
  const box = barBox(window, drawn(scale, gap.startNs), drawn(scale, gap.endNs));
  if (!box) return null;
  const length = formatDuration(gap.endNs - gap.startNs);
  return (
    <b
      className="time-gap"
      title={`${length} in which nothing but containers ran, drawn short`}
      style={{ left: `${box.left}%`, width: `${box.width}%` }}
    >
      {isTold && <span className="number">{length}</span>}
    </b>
  );
}
