import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { opensAddresses } from "../../api/client";
import { type TextAddress, textPageQuery, textUrl } from "../../api/texts";
import { formatBytes } from "../../model/bytes";
import { formatExact } from "../../model/format";
import { PAGE_BYTES, pageCount, pageOf, pageText, withLines } from "../../model/textPages";
import { fieldName } from "../../model/truncation";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextSearch } from "./TextSearch";
import "./TextReader.css";

interface TextReaderProps {
  text: TextAddress;
  sizeBytes: number;
  onClose: () => void;
}

interface Hit {
  start: number;
  words: string;
}

/** A text of any size, a page at a time; only the page that is read is fetched. */
export function TextReader({ text, sizeBytes, onClose }: TextReaderProps) {
  const [page, setPage] = useState(0);
  const [hit, setHit] = useState<Hit | null>(null);
  const last = pageCount(sizeBytes) - 1;
  const turnTo = (next: number) => {
    setPage(Math.min(last, Math.max(0, next)));
    setHit(null);
  };
  const goTo = (start: number, words: string) => {
    setPage(pageOf(start));
    setHit({ start, words });
  };
  const name = fieldName(text.field);
  return (
    <Dialog label={name} onClose={onClose} isWide>
      <div className="text-reader">
        <header>
          <h2>{name}</h2>
          <span className="number">{formatBytes(sizeBytes)}</span>
          {opensAddresses() && (
            <a href={textUrl(text)} download="text.txt">
              Download
            </a>
          )}
          <Button icon="close" aria-label="Close" onClick={onClose} />
        </header>
        <TextSearch text={text} onFound={goTo} />
        <Page text={text} page={page} hit={hit} />
        <footer>
          <Button variant="outlined" disabled={page === 0} onClick={() => turnTo(page - 1)}>
            Previous
          </Button>
          <input
            type="range"
            min={0}
            max={last}
            value={page}
            aria-label="Place in the text"
            aria-valuetext={placeOf(page, sizeBytes)}
            onChange={(event) => turnTo(event.target.valueAsNumber)}
          />
          <Button variant="outlined" disabled={page === last} onClick={() => turnTo(page + 1)}>
            Next
          </Button>
          <span className="number">{placeOf(page, sizeBytes)}</span>
        </footer>
      </div>
    </Dialog>
  );
}

function placeOf(page: number, sizeBytes: number): string {
  const first = page * PAGE_BYTES;
  const end = Math.min(sizeBytes, first + PAGE_BYTES);
  return `${formatExact(first)} to ${formatExact(end)} of ${formatExact(sizeBytes)} bytes`;
}

function Page({ text, page, hit }: { text: TextAddress; page: number; hit: Hit | null }) {
  const { data, error, isPlaceholderData, refetch } = useQuery(textPageQuery(text, page));
  const box = useRef<HTMLPreElement>(null);
  const shown = data && pageText(page, data, hit?.start ?? null, hit?.words ?? "");
  const isReady = shown !== undefined && !isPlaceholderData;
  useEffect(() => {
    if (!isReady) return;
    const mark = hit && box.current?.querySelector("mark");
    if (mark) mark.scrollIntoView({ block: "center" });
    else if (page >= 0) box.current?.scrollTo(0, 0);
  }, [isReady, page, hit]);
  if (error) {
    return (
      <p className="text-failed" role="alert">
        This part could not be read: {error.message}{" "}
        <Button onClick={() => void refetch()}>Try again</Button>
      </p>
    );
  }
  return (
    <pre
      ref={box}
      className="text-page"
      data-old={isPlaceholderData}
      aria-busy={!isReady}
      aria-label="The text"
      role="region"
      tabIndex={0}
      dir="auto"
    >
      {shown && (
        <>
          {withLines(shown.before)}
          {shown.found !== "" && <mark>{shown.found}</mark>}
          {withLines(shown.after)}
        </>
      )}
    </pre>
  );
}
