import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { findInText, type TextAddress } from "../../api/texts";
import { formatExact } from "../../model/format";
import { Button } from "../../ui/Button";

interface TextSearchProps {
  text: TextAddress;
  onFound: (start: number, words: string) => void;
}

interface Found {
  words: string;
  starts: readonly number[];
  /** Where the server looks on. */
  next: number | null;
  /** Of `starts`, the one that is shown. */
  at: number;
}

const NOTHING: Found = { words: "", starts: [], next: null, at: -1 };

/** Looks for words in all of the text, on the server, and goes from one place to the next. */
export function TextSearch({ text, onFound }: TextSearchProps) {
  const [words, setWords] = useState("");
  const [found, setFound] = useState<Found>(NOTHING);
  const [said, setSaid] = useState("");
  const asking = useRef<AbortController | null>(null);
  useEffect(() => () => asking.current?.abort(), []);
  const show = (next: Found) => {
    setFound(next);
    const start = next.starts[next.at];
    if (start !== undefined) onFound(start, next.words);
    setSaid(start === undefined ? "Not in the text" : placeOf(next));
  };
  const look = async (held: Found, start: number) => {
    asking.current?.abort();
    const own = new AbortController();
    asking.current = own;
    setSaid("Looking…");
    try {
      const reply = await findInText(text, held.words, start, own.signal);
      const starts = [...held.starts, ...reply.starts];
      const isFound = starts.length > held.starts.length;
      if (!isFound && reply.next_start !== null) {
        await look(held, reply.next_start);
        return;
      }
      const at = isFound ? held.starts.length : starts.length - 1;
      show({ ...held, starts, next: reply.next_start, at });
    } catch (error) {
      if (!own.signal.aborted) setSaid(error instanceof Error ? error.message : "It failed");
    }
  };
  const step = (by: number) => {
    const at = found.at + by;
    if (at < 0) return;
    if (at < found.starts.length) show({ ...found, at });
    else if (found.next !== null) void look(found, found.next);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (words === "") return;
    if (words === found.words && found.starts.length > 0) step(1);
    else void look({ ...NOTHING, words }, 0);
  };
  return (
    <form className="text-search" role="search" onSubmit={submit}>
      <input
        type="search"
        value={words}
        placeholder="Find in all of it"
        aria-label="Find in all of it"
        maxLength={1000}
        onChange={(event) => setWords(event.target.value)}
      />
      <Button aria-label="The place before" icon="up" onClick={() => step(-1)} />
      <Button aria-label="The next place" icon="down" type="submit" />
      <span className="number" role="status">
        {said}
      </span>
    </form>
  );
}

function placeOf({ at, starts, next }: Found): string {
  return `${formatExact(at + 1)} of ${formatExact(starts.length)}${next === null ? "" : " and more"}`;
}
