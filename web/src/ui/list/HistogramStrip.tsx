import { type PointerEvent, useState } from "react";
import { formatClock, formatDay, formatExact } from "../../model/format";
import { type Bar, barAt, timeBetween } from "../../model/histogram";
import "./HistogramStrip.css";

interface HistogramStripProps {
  /** What is counted: "traces". */
  noun: string;
  bars: readonly Bar[];
  stepMs: number;
  onZoom: (fromMs: number, toMs: number) => void;
}

interface Drag {
  from: number;
  to: number;
}

/** How much there was when, errors in red; a drag zooms into a time. */
export function HistogramStrip({ noun, bars, stepMs, onZoom }: HistogramStripProps) {
  const [hovered, setHovered] = useState<number | null>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const indexAt = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return barAt(bars.length, (event.clientX - left) / width);
  };
  const end = () => {
    const time = drag && timeBetween(bars, stepMs, drag.from, drag.to);
    setDrag(null);
    if (time) onZoom(time.fromMs, time.toMs);
  };
  const first = bars[0]?.startMs;
  const last = bars.at(-1)?.startMs;
  const bar = bars[hovered ?? -1];
  return (
    <figure className="strip" aria-label={`${noun} over time`}>
      <svg
        viewBox={`0 0 ${Math.max(bars.length, 1)} 1`}
        preserveAspectRatio="none"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: indexAt(event), to: indexAt(event) });
        }}
        onPointerMove={(event) => {
          const at = indexAt(event);
          setHovered(at);
          if (drag) setDrag({ ...drag, to: at });
        }}
        onPointerUp={end}
        onPointerCancel={() => setDrag(null)}
        onPointerLeave={() => setHovered(null)}
      >
        {hovered !== null && <rect className="strip-hover" x={hovered} width={1} height={1} />}
        {drag && (
          <rect
            className="strip-drag"
            x={Math.min(drag.from, drag.to)}
            width={Math.abs(drag.to - drag.from) + 1}
            height={1}
          />
        )}
        <path className="strip-bars" d={barPath(bars, ({ height }) => height)} />
        <path className="strip-errors" d={barPath(bars, ({ errorHeight }) => errorHeight)} />
      </svg>
      <figcaption>
        <span>{first !== undefined && momentOf(first, stepMs)}</span>
        <b>{bar && told(bar, stepMs, noun)}</b>
        <span>{last !== undefined && momentOf(last + stepMs, stepMs)}</span>
      </figcaption>
    </figure>
  );
}

function barPath(bars: readonly Bar[], heightOf: (bar: Bar) => number): string {
  return bars
    .map((bar, at) => {
      const height = heightOf(bar);
      return height === 0 ? "" : `M${at + 0.1} 1V${(1 - height).toFixed(3)}h.8V1z`;
    })
    .join("");
}

function told({ startMs, count, errors }: Bar, stepMs: number, noun: string): string {
  const failed = errors === 0 ? "" : `, ${formatExact(errors)} failed`;
  return `${momentOf(startMs, stepMs)} · ${formatExact(count)} ${noun}${failed}`;
}

const DAY_MS = 86_400_000;

/** As much of the time as the steps tell apart. */
function momentOf(ms: number, stepMs: number): string {
  if (stepMs >= DAY_MS) return formatDay(ms);
  const fraction = stepMs < 1000 ? `.${String(ms % 1000).padStart(3, "0")}` : "";
  const clock = stepMs >= 60_000 ? formatClock(ms).slice(0, 5) : formatClock(ms) + fraction;
  const isToday = formatDay(ms) === formatDay(Date.now());
  return isToday ? clock : `${formatDay(ms)} ${clock}`;
}
