import { formatDuration } from "../../model/format";
import { place, ticks, type TimeWindow } from "../../model/timeAxis";
import type { Tree, TreeSpan } from "../../model/tree";
import { useMedia } from "../../ui/useMedia";
import { Minimap } from "./Minimap";
import "./TimeRuler.css";

interface TimeRulerProps {
  tree: Tree<TreeSpan>;
  full: TimeWindow;
  window: TimeWindow;
  onZoom: (window: TimeWindow | null) => void;
}

const TICKS = 5;
const TICKS_WHEN_NARROW = 2;

/** The head of the tree: column names, the whole trace in miniature, and the time axis. */
export function TimeRuler({ tree, full, window, onZoom }: TimeRulerProps) {
  const isNarrow = useMedia("(max-width: 720px)");
  const moments = ticks(window, isNarrow ? TICKS_WHEN_NARROW : TICKS);
  return (
    <>
      <div className="time-ruler">
        <span className="time-column" role="presentation">
          Span
        </span>
        <span className="time-column span-duration">Duration</span>
        <span className="time-column span-tokens">Tokens</span>
        <span className="time-column span-cost">Cost</span>
        <div className="time-axis">
          <Minimap tree={tree} full={full} window={window} onZoom={onZoom} />
          <div className="time-ticks" aria-hidden="true">
            {moments.map((ns) => {
              const share = place(window, ns);
              return (
                share <= 0.94 && (
                  <span key={ns} style={{ left: `${share * 100}%` }}>
                    {ns === 0 ? "0" : formatDuration(ns)}
                  </span>
                )
              );
            })}
          </div>
        </div>
      </div>
      <div className="time-grid" aria-hidden="true">
        <div>
          {moments.map((ns) => (
            <i key={ns} style={{ left: `${place(window, ns) * 100}%` }} />
          ))}
        </div>
      </div>
    </>
  );
}
