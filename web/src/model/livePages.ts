/** Fresh first pages merged into a list that is already on screen. */

export interface Page<R> {
  rows: R[];
  next_cursor: string | null;
}

interface Merge<R> {
  pages: Page<R>[];
  /** How many rows were put on top; the scroll position moves by as many, so that nothing jumps. */
  added: number;
}

/**
 * Updates known rows in place and puts unknown ones on top; a row that says what it said stays the same object.
 *
 * When the fresh page shares no row with the list, more has arrived than one page holds: the list
 * starts again from the fresh page, since rows between the two would be missing.
 */
export function mergeFirstPage<R>(
  pages: readonly Page<R>[],
  fresh: Page<R>,
  idOf: (row: R) => string,
): Merge<R> {
  const [first, ...rest] = pages;
  if (!first) return { pages: [fresh], added: fresh.rows.length };
  const known = new Set(pages.flatMap((page) => page.rows.map(idOf)));
  const added = fresh.rows.filter((row) => !known.has(idOf(row)));
  if (known.size > 0 && added.length === fresh.rows.length && fresh.next_cursor !== null) {
    return { pages: [fresh], added: 0 };
  }
  const byId = new Map(fresh.rows.map((row) => [idOf(row), row]));
  const updated = ({ rows, next_cursor }: Page<R>): Page<R> => ({
    rows: rows.map((row) => changed(row, byId.get(idOf(row)))),
    next_cursor,
  });
  const top = updated(first);
  return {
    pages: [{ ...top, rows: [...added, ...top.rows] }, ...rest.map(updated)],
    added: added.length,
  };
}

/** The row as it is now; the same object where nothing of it changed, so that it is not drawn again. */
function changed<R>(row: R, now: R | undefined): R {
  return now === undefined || JSON.stringify(now) === JSON.stringify(row) ? row : now;
}
