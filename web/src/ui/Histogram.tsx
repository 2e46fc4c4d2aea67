import { formatCount } from "../model/format";
import "./Histogram.css";

interface Bar {
  /** What the bar holds. */
  label: string;
  count: number;
  onPick: () => void;
}

interface HistogramProps {
  title: string;
  /** Where the middle of all lies. */
  note: string;
  bars: readonly Bar[];
  /** What stands below the first bar, one in the middle, and the last. */
  ends: readonly [string, string, string];
}

/** How things spread over bins: a bar each, with its count on hover, and a click that leads to them. */
export function Histogram({ title, note, bars, ends }: HistogramProps) {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <figure className="histogram" aria-label={title}>
      <figcaption>
        <h2>{title}</h2>
        <span>{note}</span>
      </figcaption>
      <div className="histogram-bars">
        {bars.map(({ label, count, onPick }) => (
          // The keyboard has the table below.
          <button
            key={label}
            type="button"
            tabIndex={-1}
            title={`${label}: ${formatCount(count)}`}
            aria-label={`${label}: ${formatCount(count)}`}
            disabled={count === 0}
            onClick={onPick}
          >
            <i style={{ height: `${(count / most) * 100}%` }} />
          </button>
        ))}
      </div>
      <div className="histogram-ends number">
        {ends.map((end, place) => (
          <span key={place}>{end}</span>
        ))}
      </div>
    </figure>
  );
}
