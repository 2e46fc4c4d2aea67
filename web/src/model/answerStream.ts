/** An answer while it comes: what its events add up to, and where to go on after a break. */

import type { ServerEvent } from "./eventStream";

export interface AnswerText {
  text: string;
  reasoning: string;
  /** The id of the last event; "" before the first: from the beginning. */
  after: string;
}

export const NOTHING_YET: AnswerText = { text: "", reasoning: "", after: "" };

/** What has been heard when these have come as well. Events of other names change nothing but the place. */
export function heard(before: AnswerText, events: readonly ServerEvent[]): AnswerText {
  let { text, reasoning, after } = before;
  for (const { name, data, lastId } of events) {
    after = lastId ?? after;
    if (name === "text") text += piece(data);
    else if (name === "reasoning") reasoning += piece(data);
  }
  return { text, reasoning, after };
}

function piece(data: string): string {
  return (JSON.parse(data) as { text: string }).text;
}

/** The data of the event that ends an answer; null while it comes. */
export function ending(events: readonly ServerEvent[]): string | null {
  return events.find(({ name }) => name === "done")?.data ?? null;
}

/**
 * The text to show of an answer that comes: what was stored of it before a reload is there at once, and stays until
 * what is heard from the beginning has caught up.
 */
export function shownText(stored: string, heard: string): string {
  return heard.length < stored.length ? stored : heard;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
/**
 * What goes on with what stands above an empty line: text that is moved in, an item of a list, a row of a table; and
 * what may become one with the next character.
 */
const GOES_ON = /^(?:\s|[-*+](?: |$)|\d+(?:[.)](?: |$)|$)|\|)/;

/**
 * Markdown cut where it can be read by itself: all pieces but the last stay as they are while the text grows, so that
 * only the last is read anew.
 */
export function settledPieces(text: string): string[] {
  const pieces: string[] = [];
  let [begin, at, fence, isAfterEmpty] = [0, 0, "", false];
  for (const line of text.split("\n")) {
    const isEmpty = line.trim() === "";
    if (fence === "" && isAfterEmpty && !isEmpty && !GOES_ON.test(line)) {
      pieces.push(text.slice(begin, at));
      begin = at;
    }
    fence = fenceAfter(line, fence);
    isAfterEmpty = isEmpty;
    at += line.length + 1;
  }
  return [...pieces, text.slice(begin)];
}

/** The marks of the block of code that is open after a line; "" for none. */
function fenceAfter(line: string, fence: string): string {
  const [, marks = ""] = FENCE.exec(line) ?? [];
  if (fence === "") return marks;
  return marks.startsWith(fence) && line.trim() === marks ? "" : fence;
}
