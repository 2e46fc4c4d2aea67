/** Fresh first pages merged into a list that is already on screen. */

export interface Page<R> {
  rows: R[];
  next_cursor: string | null;
}

export interface Merge<R> {
  pages: Page<R>[];
  /** How many more rows there are; the scroll position moves by as many, so that nothing jumps. */
  added: number;
}

/** What becomes of a row that is known: it stays where it is, or comes to the top with what is new of it. */
type Known = "stay" | "rise";

/**
 * Updates known rows in place, or brings them to the top, and puts unknown ones on top; a row that says what it said
 * stays the same object.
 *
 * When the fresh page shares no row with the list, more has arrived than one page holds: the list
 * starts again from the fresh page, since rows between the two would be missing.
 */
export function mergeFirstPage<R>(
  pages: readonly Page<R>[],
  fresh: Page<R>,
  idOf: (row: R) => string,
  known: Known = "stay",
): Merge<R> {
  const [first, ...rest] = pages;
  // An empty list has no end that a longer one could keep.
  if (!first || pages.every(({ rows }) => rows.length === 0)) {
    return { pages: [fresh], added: fresh.rows.length };
  }
  const before = new Map(
    pages.flatMap((page) => page.rows.map((row) => [idOf(row), row] as const)),
  );
  const added = fresh.rows.filter((row) => !before.has(idOf(row)));
  if (added.length === fresh.rows.length && fresh.next_cursor !== null) {
    return { pages: [fresh], added: 0 };
  }
  const now = new Map(fresh.rows.map((row) => [idOf(row), row]));
  const top =
    known === "rise" ? fresh.rows.map((row) => changed(before.get(idOf(row)) ?? row, row)) : added;
  const below = ({ rows, next_cursor }: Page<R>): Page<R> => ({
    rows:
      known === "rise"
        ? rows.filter((row) => !now.has(idOf(row)))
        : rows.map((row) => changed(row, now.get(idOf(row)))),
    next_cursor,
  });
  const head = below(first);
  return {
    pages: [{ ...head, rows: [...top, ...head.rows] }, ...rest.map(below)],
    added: added.length,
  };
}

/** The row as it is now; the same object where nothing of it changed, so that it is not drawn again. */
function changed<R>(row: R, now: R | undefined): R {
  return now === undefined || JSON.stringify(now) === JSON.stringify(row) ? row : now;
}
