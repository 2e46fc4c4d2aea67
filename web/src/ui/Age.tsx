import { formatAbsolute, formatAge, parseTime } from "../model/format";
import { useNow } from "./useNow";

/** How long ago, with the absolute local time and its zone on hover. */
export function Age({ time }: { time: string }) {
  const ms = parseTime(time);
  return (
    <time className="number" dateTime={time} title={formatAbsolute(ms)}>
      {formatAge(ms, useNow())}
    </time>
  );
}
