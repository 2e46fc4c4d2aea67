/** What two texts have in common, word by word. */

export interface Piece {
  /** In both, or in one of them alone. */
  in: "both" | "first" | "second";
  text: string;
}

/** More words than this that differ are not told apart one by one. */
const MOST_EDITS = 800;

/** The pieces of both texts in order; together those not only in the second give the first text, and the other way round. */
export function diffWords(first: string, second: string): Piece[] {
  const words = diff(wordsOf(first), wordsOf(second));
  if (words) return joined(words);
  const lines = diff(linesOf(first), linesOf(second));
  return joined(
    lines ?? [
      { in: "first", text: first },
      { in: "second", text: second },
    ],
  );
}

const SEGMENTER = new Intl.Segmenter("und", { granularity: "word" });

function wordsOf(text: string): string[] {
  return Array.from(SEGMENTER.segment(text), ({ segment }) => segment);
}

function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** The shortest way from one list to the other; null where it is longer than {@link MOST_EDITS}. */
function diff(first: readonly string[], second: readonly string[]): Piece[] | null {
  let head = 0;
  while (head < first.length && head < second.length && first[head] === second[head]) head += 1;
  let tail = 0;
  while (
    tail < Math.min(first.length, second.length) - head &&
    first.at(-1 - tail) === second.at(-1 - tail)
  )
    tail += 1;
  const between = middle(
    first.slice(head, first.length - tail),
    second.slice(head, second.length - tail),
  );
  if (!between) return null;
  const both = (text: string): Piece => ({ in: "both", text });
  return [
    ...first.slice(0, head).map(both),
    ...between,
    ...first.slice(first.length - tail).map(both),
  ];
}

/** Myers' algorithm: for each number of edits how far each diagonal reaches. */
function middle(first: readonly string[], second: readonly string[]): Piece[] | null {
  const reached: Int32Array[] = [];
  const most = Math.min(first.length + second.length, MOST_EDITS);
  let ends = new Int32Array(2 * most + 3);
  const centre = most + 1;
  for (let edits = 0; edits <= most; edits += 1) {
    reached.push(ends.slice());
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = centre + diagonal;
      let x = isDown(ends, centre, diagonal, edits)
        ? valueAt(ends, at + 1)
        : valueAt(ends, at - 1) + 1;
      while (x < first.length && x - diagonal < second.length && first[x] === second[x - diagonal])
        x += 1;
      ends[at] = x;
      if (x >= first.length && x - diagonal >= second.length) {
        return way(first, second, reached, centre);
      }
    }
    ends = ends.slice();
  }
  return null;
}

/** Whether a diagonal is come to by taking a word of the second text. */
function isDown(ends: Int32Array, centre: number, diagonal: number, edits: number): boolean {
  const at = centre + diagonal;
  return (
    diagonal === -edits || (diagonal !== edits && valueAt(ends, at - 1) < valueAt(ends, at + 1))
  );
}

/** From the ends of both back to their beginnings. */
function way(
  first: readonly string[],
  second: readonly string[],
  reached: readonly Int32Array[],
  centre: number,
): Piece[] {
  const pieces: Piece[] = [];
  let x = first.length;
  let y = second.length;
  const both = (downTo: number) => {
    while (x > downTo) pieces.push({ in: "both", text: first[(x -= 1)] ?? "" });
  };
  for (let edits = reached.length - 1; edits > 0; edits -= 1) {
    const ends = reached[edits] ?? new Int32Array();
    const diagonal = x - y;
    const down = isDown(ends, centre, diagonal, edits);
    const fromX = valueAt(ends, centre + diagonal + (down ? 1 : -1));
    both(down ? fromX : fromX + 1);
    y = x - diagonal;
    if (down) pieces.push({ in: "second", text: second[(y -= 1)] ?? "" });
    else pieces.push({ in: "first", text: first[(x -= 1)] ?? "" });
  }
  both(0);
  return pieces.reverse();
}

function valueAt(numbers: Int32Array, at: number): number {
  return numbers[at] ?? 0;
}

/** Neighbours of one sort as one piece; between changes, what is only in the first comes first. */
function joined(pieces: readonly Piece[]): Piece[] {
  const found: Piece[] = [];
  let changes = { first: "", second: "" };
  const flush = () => {
    if (changes.first !== "") found.push({ in: "first", text: changes.first });
    if (changes.second !== "") found.push({ in: "second", text: changes.second });
    changes = { first: "", second: "" };
  };
  for (const piece of pieces) {
    if (piece.in !== "both") {
      changes[piece.in] += piece.text;
      continue;
    }
    flush();
    const last = found.at(-1);
    if (last?.in === "both") last.text += piece.text;
    else found.push({ ...piece });
  }
  flush();
  return calmed(found);
}

/** What is in both and shorter than what differs at either side of it is a coincidence, and part of what differs. */
function calmed(pieces: readonly Piece[]): Piece[] {
  const found: Stretch[] = [];
  for (const next of stretchesOf(pieces)) {
    let last = found.at(-1);
    while (last && next.both.length <= Math.min(edits(last), edits(next))) {
      found.pop();
      next.first = last.first + next.both + next.first;
      next.second = last.second + next.both + next.second;
      next.both = last.both;
      last = found.at(-1);
    }
    found.push(next);
  }
  return found.flatMap(({ both, first, second }) =>
    [
      { in: "both" as const, text: both },
      { in: "first" as const, text: first },
      { in: "second" as const, text: second },
    ].filter(({ text }) => text !== ""),
  );
}

/** What is in both, and what differs after it. */
interface Stretch {
  both: string;
  first: string;
  second: string;
}

function stretchesOf(pieces: readonly Piece[]): Stretch[] {
  const found: Stretch[] = [];
  for (const piece of pieces) {
    const last = found.at(-1);
    if (!last || piece.in === "both") {
      found.push({ both: "", first: "", second: "", [piece.in]: piece.text });
    } else last[piece.in] += piece.text;
  }
  return found;
}

function edits({ first, second }: Stretch): number {
  return Math.max(first.length, second.length);
}

/** Characters around a change that stay in sight. */
const AROUND = 160;

type Shown = Piece | { in: "hidden"; text: string };

/** With long stretches that are the same cut out in their middle. */
export function folded(pieces: readonly Piece[]): Shown[] {
  return pieces.flatMap((piece, at): Shown[] => {
    const isFirst = at === 0;
    const isLast = at === pieces.length - 1;
    const room = (isFirst ? 0 : AROUND) + (isLast ? 0 : AROUND);
    if (piece.in !== "both" || piece.text.length <= room + AROUND) return [piece];
    const head = isFirst ? "" : piece.text.slice(0, AROUND);
    const tail = isLast ? "" : piece.text.slice(-AROUND);
    const hidden = piece.text.slice(head.length, piece.text.length - tail.length);
    const shown: Shown[] = [
      { in: "both", text: head },
      { in: "hidden", text: hidden },
      { in: "both", text: tail },
    ];
    return shown.filter(({ text }) => text !== "");
  });
}
