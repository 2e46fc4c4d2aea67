/** A long text in pages of so many bytes; a character is on the page on which it begins. */

/** As many as are read at a look, and laid out at once without a hitch. */
export const PAGE_BYTES = 64 * 1024;
/** A character has at most four bytes, of which the last three may lie behind the end of its page. */
const BEYOND = 3;

export function pageCount(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / PAGE_BYTES));
}

/** The page, from 0, on which a byte is. */
export function pageOf(byte: number): number {
  return Math.floor(byte / PAGE_BYTES);
}

/** What to ask for, as a header of HTTP. */
export function rangeOf(page: number): string {
  const first = page * PAGE_BYTES;
  return `bytes=${first}-${first + PAGE_BYTES + BEYOND - 1}`;
}

/** The bytes of a page's own characters, of those that its range gave. */
export function ownBytes(page: number, given: Uint8Array): Uint8Array {
  const first = page === 0 ? 0 : begin(given, 0);
  return given.subarray(first, given.length > PAGE_BYTES ? begin(given, PAGE_BYTES) : given.length);
}

interface Shown {
  before: string;
  found: string;
  after: string;
}

/** A page as text, around what was found on it: `start` is the byte of the whole at which that begins. */
export function pageText(
  page: number,
  given: Uint8Array,
  start: number | null,
  words: string,
): Shown {
  const bytes = ownBytes(page, given);
  const skipped = page === 0 ? 0 : begin(given, 0);
  const at = start === null ? -1 : start - page * PAGE_BYTES - skipped;
  if (at < 0 || at >= bytes.length) return { before: decoded(bytes), found: "", after: "" };
  const rest = decoded(bytes.subarray(at));
  return {
    before: decoded(bytes.subarray(0, at)),
    found: rest.slice(0, words.length),
    after: rest.slice(words.length),
  };
}

/** JSON as people read its texts: with lines in place of their escapes. */
export function withLines(text: string): string {
  return text.replaceAll(/\\(["\\/ntr])/g, (_, letter: string) => LETTERS[letter] ?? letter);
}

const LETTERS: Record<string, string> = { n: "\n", t: "\t", r: "" };

/** The first place from here on at which a character begins. */
function begin(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && ((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return at;
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
