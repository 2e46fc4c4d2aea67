import { lazy, useState } from "react";
import { formatExact } from "../../model/format";
import "./LongText.css";

// Larger than all else of the page, which is drawn before it is here; it is fetched meanwhile.
const markdown = import("../../ui/Markdown");
const Markdown = lazy(async () => ({ default: (await markdown).Markdown }));

/** A text longer than this begins folded. */
const FOLDED = 4000;
/** More than this is too much to be laid out as Markdown at once: the rest is plain. */
const MOST_MARKDOWN = 30_000;
const MOST_PLAIN = 200_000;

/** A text as Markdown; a long one unfolds piece by piece, so that five megabytes freeze nothing. */
export function LongText({ text }: { text: string }) {
  const [limit, setLimit] = useState(FOLDED);
  const left = text.length - limit;
  return (
    <>
      <Markdown text={text.slice(0, Math.min(limit, MOST_MARKDOWN))} />
      {limit > MOST_MARKDOWN && (
        <p className="long-plain" dir="auto">
          {text.slice(MOST_MARKDOWN, limit)}
        </p>
      )}
      {left > 0 && (
        <button
          type="button"
          className="long-more"
          onClick={() => setLimit(limit < MOST_MARKDOWN ? MOST_MARKDOWN : limit + MOST_PLAIN)}
        >
          {formatExact(left)} more characters
        </button>
      )}
    </>
  );
}
