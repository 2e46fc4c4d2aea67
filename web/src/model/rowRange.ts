/** Which rows of a virtual list are drawn: those in view and some more, a few new ones at a time. */

export interface RowRange {
  first: number;
  /** The one after the last. */
  last: number;
}

/** Rows before and after those in view. */
const OVERSCAN_ROWS = 12;
/** A range begins and ends at a multiple of this: so it changes once in as many rows. */
const STEP_ROWS = 4;

/** What should be drawn where `count` rows of one height are scrolled by `top` in a view of `height` pixels. */
export function wantedRange(
  { top, height, rowHeight }: { top: number; height: number; rowHeight: number },
  count: number,
): RowRange {
  const first = Math.floor(top / rowHeight / STEP_ROWS) * STEP_ROWS - OVERSCAN_ROWS;
  const last = Math.ceil((top + height) / rowHeight / STEP_ROWS) * STEP_ROWS + OVERSCAN_ROWS;
  return {
    first: Math.max(0, Math.min(first, count)),
    last: Math.max(0, Math.min(last, count)),
  };
}

/**
 * The next range on the way from what is drawn to what is wanted: at most `most` new rows, those in view first.
 *
 * The same object when there is nothing left to draw.
 */
export function nextRange(drawn: RowRange, wanted: RowRange, most: number): RowRange {
  const first = Math.max(drawn.first, wanted.first);
  const last = Math.min(drawn.last, wanted.last);
  if (first >= last) {
    const inView = wanted.first === 0 ? 0 : wanted.first + OVERSCAN_ROWS;
    const begin = Math.min(inView, Math.max(wanted.first, wanted.last - most));
    return sameOr(drawn, { first: begin, last: Math.min(begin + most, wanted.last) });
  }
  const below = Math.min(wanted.last - last, most);
  const above = Math.min(first - wanted.first, most - below);
  return sameOr(drawn, { first: first - above, last: last + below });
}

function sameOr(drawn: RowRange, next: RowRange): RowRange {
  return next.first === drawn.first && next.last === drawn.last ? drawn : next;
}
