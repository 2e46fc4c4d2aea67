import { formatAbsolute, formatAge, parseTime } from "../model/format";
import { useNow } from "./useNow";

interface AgeProps {
  time: string;
  /** In a sentence: `3 m ago` instead of `3 m`. */
  ago?: boolean;
}

/** How long ago, with the absolute local time and its zone on hover. */
export function Age({ time, ago = false }: AgeProps) {
  const ms = parseTime(time);
  const age = formatAge(ms, useNow());
  return (
    <time className="number" dateTime={time} title={formatAbsolute(ms)}>
      {age}
      {ago && age !== "now" && " ago"}
    </time>
  );
}
