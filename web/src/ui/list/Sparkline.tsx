import { formatExact } from "../../model/format";
import { sparkPath } from "../../model/histogram";
import "./Sparkline.css";

const WIDTH = 72;
const HEIGHT = 14;

/** Counts over time in the height of a row. */
export function Sparkline({ counts }: { counts: readonly number[] }) {
  const most = Math.max(...counts, 0);
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`At most ${formatExact(most)} at a time`}
    >
      <path d={sparkPath(counts, WIDTH, HEIGHT)} />
    </svg>
  );
}
