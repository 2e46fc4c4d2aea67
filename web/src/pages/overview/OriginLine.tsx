import { formatClock, parseTime } from "../../model/format";
import { type Origin, originText } from "../../model/series";
import "./OriginLine.css";

interface OriginLineProps {
  origin: Origin & { as_of: string };
  isEstimated: boolean;
}

/** Where the figures above come from, and as of when. */
export function OriginLine({ origin, isEstimated }: OriginLineProps) {
  return (
    <p className="origin-line">
      {originText(origin)}, as of {formatClock(parseTime(origin.as_of))}.
      {isEstimated &&
        " Some traces were sampled: counts, tokens and money marked ≈ are weighted by it, latencies are of what was kept."}
    </p>
  );
}
