/** The heights of very many rows, some measured and the rest guessed: where a row begins, and which is at a place. */

export interface RowHeights {
  count: number;
  /** Where a row begins; of `count`, where the last ends. In O(log n). */
  topOf: (index: number) => number;
  /** The row at a place; the first or last for what is outside. In O(log n). */
  at: (top: number) => number;
  heightOf: (index: number) => number;
  /** A row has been measured; gives by how much it is higher than before. */
  set: (index: number, height: number) => number;
}

/** Heights as they are `known` of the rows before, else guessed, kept as a Fenwick tree: a change of one row moves all below it in O(log n). */
export function rowHeights(guesses: readonly number[], known?: RowHeights): RowHeights {
  const count = guesses.length;
  const heights = Float64Array.from(guesses);
  for (let at = 0; known && at < Math.min(count, known.count); at += 1) {
    heights[at] = known.heightOf(at);
  }
  const sums = new Float64Array(count + 1);
  heights.forEach((height, index) => (sums[index + 1] = height));
  for (let node = 1; node <= count; node += 1) {
    const above = node + (node & -node);
    if (above <= count) sums[above] = (sums[above] ?? 0) + (sums[node] ?? 0);
  }
  const topOf = (index: number) => {
    let top = 0;
    for (let node = Math.min(index, count); node > 0; node -= node & -node) top += sums[node] ?? 0;
    return top;
  };
  const at = (top: number) => {
    let [index, left] = [0, top];
    for (let step = 2 ** Math.floor(Math.log2(count || 1)); step >= 1; step /= 2) {
      const next = index + step;
      if (next <= count && (sums[next] ?? 0) <= left) {
        index = next;
        left -= sums[next] ?? 0;
      }
    }
    return Math.max(Math.min(index, count - 1), 0);
  };
  const set = (index: number, height: number) => {
    if (index < 0 || index >= count) return 0;
    const by = height - (heights[index] ?? 0);
    heights[index] = height;
    for (let node = index + 1; node <= count; node += node & -node) {
      sums[node] = (sums[node] ?? 0) + by;
    }
    return by;
  };
  return { count, topOf, at, heightOf: (index) => heights[index] ?? 0, set };
}
