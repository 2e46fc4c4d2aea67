/** Which columns a list shows, in which order, and how wide they are. */

export interface ColumnShape {
  id: string;
  /** The least width in pixels. */
  width: number;
  /** Its share of the room that is left. */
  grow?: number;
  /** Goes when there is no room for all: the highest first; without it never. */
  rank?: number;
  /** Shown only when chosen. */
  isExtra?: boolean;
}

/** Between two columns, in pixels. */
const GAP = 12;
/** Left and right of a row. */
const EDGE = 16;

/**
 * The columns to show: those named in `text` in its order, or the usual ones as far as they fit.
 *
 * Names that do not exist are passed over, so that an old link still opens.
 */
export function chosenColumns<C extends ColumnShape>(
  all: readonly C[],
  text: string,
  room: number,
): C[] {
  const named = text
    .split(",")
    .flatMap((id) => all.find((column) => column.id === id.trim()) ?? []);
  if (named.length > 0) return [...new Set(named)];
  const usual = all.filter((column) => column.isExtra !== true);
  const leaving = usual
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0));
  const shown = new Set(usual);
  for (const column of leaving) {
    if (widthOf([...shown]) <= room) break;
    shown.delete(column);
  }
  return usual.filter((column) => shown.has(column));
}

/** The least width of a row with these columns, in pixels. */
export function widthOf(columns: readonly ColumnShape[]): number {
  const cells = columns.reduce((sum, { width }) => sum + width, 0);
  return cells + Math.max(columns.length - 1, 0) * GAP + 2 * EDGE;
}

/** The columns as CSS grid tracks. */
export function tracksOf(columns: readonly ColumnShape[]): string {
  return columns
    .map(({ width, grow }) => (grow === undefined ? `${width}px` : `minmax(${width}px, ${grow}fr)`))
    .join(" ");
}

/** With the column added at the end, or taken away; the last one stays. */
export function toggledColumn(ids: readonly string[], id: string): string[] {
  if (!ids.includes(id)) return [...ids, id];
  return ids.length === 1 ? [...ids] : ids.filter((each) => each !== id);
}

/** With the column one place further to the left or right. */
export function movedColumn(ids: readonly string[], id: string, by: 1 | -1): string[] {
  const at = ids.indexOf(id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= ids.length) return [...ids];
  const rest = ids.filter((each) => each !== id);
  return [...rest.slice(0, to), id, ...rest.slice(to)];
}
