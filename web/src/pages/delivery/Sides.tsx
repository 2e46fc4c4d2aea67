import { formatSeconds } from "../../model/delivery";
import { formatExact } from "../../model/format";
import "./Sides.css";

interface SidesProps {
  /** Given up by senders before they reached us; by their own count. */
  dropped: number;
  lagS: number | null;
}

/** What stands beside the equation: what never came, and how far behind the lists are. */
export function Sides({ dropped, lagS }: SidesProps) {
  return (
    <dl className="sides">
      <div title="Given up by the senders themselves, by their own count; never received">
        <dt>dropped by senders</dt>
        <dd className="number" data-bad={dropped > 0}>
          {formatExact(dropped)}
        </dd>
      </div>
      <div title="From received to stored; 95 % took no longer">
        <dt>lag</dt>
        <dd className="number">{formatSeconds(lagS)}</dd>
      </div>
    </dl>
  );
}
