/** The time axis of the waterfall: a visible window, its ticks, and where a moment stands in it. */

export interface TimeWindow {
  startNs: number;
  endNs: number;
}

/** How far a replay has come, and where it glides to in so many milliseconds. */
export interface PlayHead {
  atNs: number;
  towardsNs: number;
  movesMs: number;
}

const STEPS_BELOW_MINUTE = [1, 2, 5];
const STEPS_ABOVE_MINUTE_S = [60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];

/** Round moments inside the window, about `count` of them, never more than twice as many. */
export function ticks(window: TimeWindow, count: number): number[] {
  const span = window.endNs - window.startNs;
  if (span <= 0 || count <= 0) return [window.startNs];
  const step = roundStep(span / count);
  const found: number[] = [];
  // Counted, not summed: repeated addition drifts.
  for (let index = Math.ceil(window.startNs / step); index * step <= window.endNs; index += 1) {
    found.push(index * step);
  }
  return found;
}

/** The share of the window's width at which a moment stands; below 0 or above 1 outside. */
export function place(window: TimeWindow, ns: number): number {
  const span = window.endNs - window.startNs;
  return span <= 0 ? 0 : (ns - window.startNs) / span;
}

interface Tick {
  text: string;
  /** Where it stands, as a share of the axis's width. */
  share: number;
}

/** Widest digits of the axis's size, and the room around a label. */
const LETTER_PX = 6.5;
const AROUND_PX = 12;

/** Of the ticks in order those whose labels, written to the right of them, neither touch nor are cut by the end. */
export function roomyTicks<T extends Tick>(ticks: readonly T[], widthPx: number): T[] {
  const kept: T[] = [];
  let freePx = 0;
  for (const tick of ticks) {
    const leftPx = tick.share * widthPx;
    const rightPx = leftPx + tick.text.length * LETTER_PX + AROUND_PX;
    if (leftPx < freePx || rightPx > widthPx) continue;
    kept.push(tick);
    freePx = rightPx;
  }
  return kept;
}

/** Left edge and width of a bar in per cent of the window, cut at its edges; null when outside. */
export function barBox(
  window: TimeWindow,
  startNs: number,
  endNs: number,
): { left: number; width: number } | null {
  const left = Math.max(place(window, startNs), 0);
  const right = Math.min(place(window, endNs), 1);
  if (right < 0 || left > 1 || right < left) return null;
  return { left: left * 100, width: (right - left) * 100 };
}

function roundStep(ns: number): number {
  const seconds = ns / 1e9;
  if (seconds > 50) {
    return (STEPS_ABOVE_MINUTE_S.find((step) => step >= seconds) ?? 86_400) * 1e9;
  }
  const magnitude = 10 ** Math.floor(Math.log10(ns));
  const factor = STEPS_BELOW_MINUTE.find((step) => step * magnitude >= ns) ?? 10;
  return factor * magnitude;
}
